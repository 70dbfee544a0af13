# Checks the survey errors of recompute.py against R survey.
#   python3 recompute.py --scored /tmp && Rscript recompute.R /tmp/scored.csv expected.csv
# Prints the largest relative difference of each kind of figure; nothing here reads a run.
suppressMessages(library(survey))
args <- commandArgs(TRUE)
d <- read.csv(args[1], check.names = FALSE, na.strings = "", encoding = "UTF-8")
expected <- read.csv(args[2], encoding = "UTF-8")
want <- setNames(expected$expected, paste(expected$id, expected$column))
worst <- list(); tried <- list()
check <- function(kind, id, column, value) {
  e <- unname(want[paste(id, column)])
  if (is.na(e)) return(invisible())
  r <- abs(e - value) / max(abs(e), 1e-12)
  tried[[kind]] <<- c(tried[[kind]], 1)
  if (is.null(worst[[kind]]) || r > worst[[kind]]$r) worst[[kind]] <<- list(r = r, id = id, column = column, e = e, R = value)
}
logit <- function(p, se, df) plogis(qlogis(p) + c(-1, 1) * qt(.975, df) * se / (p * (1 - p)))

for (wave in c("2022", "2023", "2024")) {
  # Stages from the registry: centers of the region, people of the roll; weights follow from both.
  design <- svydesign(id = ~center + person, strata = ~region, fpc = ~N1 + N2, data = d[d$wave == wave, ])
  rows <- design$variables
  census <- all(tapply(rows$center, rows$region, function(x) length(unique(x))) == tapply(rows$N1, rows$region, `[`, 1))
  df <- if (census) nrow(rows) - length(unique(rows$center)) else degf(design)
  for (v in c("age", "years_in_recovery", "attendance_years", "visit_hours", "helpful_recovery")) {
    id <- sprintf("members.who-we-reach.%s.mean@%s", v, wave)
    m <- svymean(reformulate(v), design, na.rm = TRUE)
    check("mean", id, "estimate", coef(m)[[1]]); check("mean se", id, "std_error", SE(m)[[1]])
    check("mean ci", id, "conf_low", coef(m)[[1]] - qt(.975, df) * SE(m)[[1]])
    q <- svyquantile(reformulate(v), design, c(.25, .5, .75), na.rm = TRUE, interval.type = "mean", qrule = "school", ci = TRUE, df = df)[[1]]
    for (p in c("0.25", "0.5", "0.75")) {
      qid <- sprintf("members.who-we-reach.%s=%s.quantile@%s", v, sub(".", "%2E", p, fixed = TRUE), wave)
      check("quantile", qid, "estimate", q[p, 1]); check("quantile ci", qid, "conf_low", q[p, 2]); check("quantile ci", qid, "conf_high", q[p, 3])
    }
    # svyvar counts rows without an answer in n/(n - 1); ours counts answers.
    every <- nrow(rows); some <- sum(!is.na(rows[[v]]))
    s <- sqrt(coef(svyvar(reformulate(v), design, na.rm = TRUE)) * (every - 1) / every * some / (some - 1)); check("sd", sub(".mean", ".sd", id, fixed = TRUE), "estimate", s[[1]])
  }
  for (v in c("barc10_sum", "k6_sum", "cest_ss_mean", "eurohis_qol8_mean", "self_esteem_1_mean", "psoc_self_mean")) {
    id <- sprintf("members.doing-better.%s.mean@%s", v, wave)
    m <- svymean(reformulate(v), design, na.rm = TRUE)
    check("score mean", id, "estimate", coef(m)[[1]]); check("score se", id, "std_error", SE(m)[[1]])
  }
  for (v in c("gender", "hispanic", "age_group", "recovery_stage", "race_rollup")) {
    design$variables$x <- factor(rows[[v]])
    m <- svymean(~x, design, na.rm = TRUE)
    regions <- sort(unique(rows$region))
    b <- lapply(setNames(regions, regions), function(r) SE(svymean(~x, subset(design, region == r), na.rm = TRUE)))
    for (level in levels(design$variables$x)) {
      e <- gsub(" ", "%20", gsub("–", "%E2%80%93", level, fixed = TRUE))
      id <- sprintf("members.who-we-reach.%s=%s.proportion@%s", v, e, wave)
      p <- m[[paste0("x", level)]]; se <- SE(m)[[which(names(coef(m)) == paste0("x", level))]]
      check("share", id, "estimate", p); check("share se", id, "std_error", se)
      check("share logit", id, "conf_low", logit(p, se, df)[1]); check("share logit", id, "conf_high", logit(p, se, df)[2])
      for (region in regions) {
        rid <- sprintf("members.who-we-reach.%s=%s.proportion.region=%s@%s", v, e, gsub(" ", "%20", region), wave)
        check("region share se", rid, "std_error", b[[region]][[match(level, levels(design$variables$x))]])
      }
    }
  }
}

# Change: one stacked design; a center or person of both waves is one unit; fractions are the smaller of the two.
for (earlier in c("2023", "2022")) {
  two <- d[d$wave %in% c(earlier, "2024"), ]
  share <- function(part, whole, size) {
    seen <- aggregate(list(n = part), list(wave = two$wave, whole = whole), function(x) length(unique(x)))
    total <- aggregate(list(N = size), list(wave = two$wave, whole = whole), `[`, 1)
    both <- merge(seen, total)
    tapply(pmin(1, both$n / both$N), both$whole, min)
  }
  two$f1 <- share(two$center, two$region, two$N1)[two$region]
  two$f2 <- share(two$person, two$center, two$N2)[two$center]
  design <- svydesign(id = ~center + person, strata = ~region, fpc = ~f1 + f2, weights = ~weight, data = two)
  for (v in c("age", "barc10_sum", "k6_sum", "cest_ss_mean", "eurohis_qol8_mean", "self_esteem_1_mean")) {
    design$variables$y <- two[[v]]
    has <- subset(design, !is.na(y))
    b <- svyby(~y, ~wave, has, svymean, covmat = TRUE)
    c1 <- svycontrast(b, setNames(c(-1, 1), c(earlier, "2024")))
    id <- sprintf("members.what-changed.%s.difference.compared_with=%s@2024", v, earlier)
    check("difference", id, "estimate", coef(c1)[[1]]); check("difference se", id, "std_error", SE(c1)[[1]])
    check("difference df", id, "df", degf(design))
  }
  # People seen twice stand at their later row and are a domain of the later wave.
  now <- svydesign(id = ~center + person, strata = ~region, fpc = ~N1 + N2, data = d[d$wave == "2024", ])
  before <- two[two$wave == earlier, ]
  for (v in c("barc10_sum", "k6_sum", "cest_ss_mean", "eurohis_qol8_mean")) {
    now$variables$change <- now$variables[[v]] - before[[v]][match(now$variables$person, before$person)]
    m <- svymean(~change, now, na.rm = TRUE)
    id <- sprintf("members.doing-better.%s.mean_change.compared_with=%s.who=people%%20seen%%20twice@2024", v, earlier)
    check("seen twice", id, "estimate", coef(m)[[1]]); check("seen twice se", id, "std_error", SE(m)[[1]])
    signed <- suppressWarnings(wilcox.test(round(now$variables$change, 8)))
    id <- sub("mean_change", "wilcoxon_v", id, fixed = TRUE)
    check("signed ranks", id, "estimate", signed$statistic[[1]]); check("signed ranks p", id, "p_value", signed$p.value)
  }
}

# Means of waves from everybody seen once or more: lme4, and the errors of clubSandwich by center.
for (v in c("barc10_sum", "k6_sum", "cest_ss_mean", "eurohis_qol8_mean", "self_esteem_1_mean", "psoc_self_mean", "psoc_membership_mean", "psoc_entity_mean")) {
  own <- d[!is.na(d[[v]]), ]
  own$y <- own[[v]]; own$wave <- factor(own$wave)
  model <- lme4::lmer(y ~ wave + (1 | person), own, control = lme4::lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-10), calc.derivs = FALSE))
  covariance <- as.matrix(clubSandwich::vcovCR(model, cluster = factor(own$center), type = "CR1"))
  told <- function(stat, wave, weights, kind) {
    id <- sprintf("members.doing-better.%s.%s@%s", v, stat, wave)
    estimate <- sum(weights * lme4::fixef(model)); se <- sqrt(c(weights %*% covariance %*% weights))
    check(kind, id, "estimate", estimate); check(paste(kind, "se"), id, "std_error", se)
    df <- length(unique(own$center)) - length(unique(own$region))
    check(paste(kind, "ci"), id, "conf_low", estimate - qt(.975, df) * se)
  }
  told("predictive_margin", "2022", c(1, 0, 0), "modelled mean"); told("predictive_margin", "2023", c(1, 1, 0), "modelled mean"); told("predictive_margin", "2024", c(1, 0, 1), "modelled mean")
  told("difference.compared_with=2022", "2023", c(0, 1, 0), "modelled change"); told("difference.compared_with=2022", "2024", c(0, 0, 1), "modelled change")
}

teams <- read.csv(file.path(dirname(args[2]), "../../../sample_data/teams_2024.csv"))
teams$N <- 52
design <- svydesign(id = ~1, fpc = ~N, data = teams)
total <- svytotal(~fte, design); m <- svymean(~fte, design)
check("team total", "teams.team-workforce.fte.total", "estimate", coef(total)[[1]]); check("team total", "teams.team-workforce.fte.total", "std_error", SE(total)[[1]])
check("team mean", "teams.team-workforce.fte.mean", "std_error", SE(m)[[1]])
check("team median", "teams.team-workforce.fte=0%2E5.quantile", "estimate", median(teams$fte))
for (kind in names(worst)) with(worst[[kind]], cat(sprintf("%-16s %3d checked, worst %.1e  %s %s (%.10g, R %.10g)\n", kind, length(tried[[kind]]), r, id, column, e, R)))
