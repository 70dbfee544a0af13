# Makes more_cases.json and the data that only it uses. Needs R (4.2) and its package survey (4.1).
# Run in this folder: Rscript generate.R
suppressMessages(library(survey))
options(survey.lonely.psu = "fail", digits = 15)

# `calibrate(calfun = "raking")` needs one function of MASS; where MASS is absent, its generalized inverse is written out.
if (!requireNamespace("MASS", quietly = TRUE)) {
  ginv <- function(X, tol) { s <- svd(X); p <- s$d > tol * s$d[1]; s$v[, p, drop = FALSE] %*% (1 / s$d[p] * t(s$u[, p, drop = FALSE])) }
  grake <- survey:::grake
  body(grake) <- parse(text = gsub("MASS::ginv", "ginv", deparse(body(grake)), fixed = TRUE))[[1]]
  home <- new.env(parent = asNamespace("survey")); assign("ginv", ginv, home); environment(grake) <- home
  assignInNamespace("grake", grake, "survey")
}

# ---- data ----------------------------------------------------------------------------------------
number <- function(x) signif(x, 10)
data(api)
clus2 <- apiclus2; names(clus2) <- gsub(".", "_", names(clus2), fixed = TRUE)
clus2 <- clus2[, c("cds", "stype", "snum", "dnum", "api00", "api99", "target", "sch_wide", "comp_imp", "awards", "meals", "ell", "mobility", "full", "enroll", "pw", "fpc1", "fpc2")]
clus2$api00_u <- clus2$api00 + seq_len(nrow(clus2)) / 1000 # without ties: R gives tied values of unequal weight another rank
write.csv(clus2, "apiclus2.csv", row.names = FALSE, na = "")

set.seed(20241122)
three <- do.call(rbind, lapply(1:3, function(h) do.call(rbind, lapply(1:(2 + h), function(i) do.call(rbind, lapply(1:(1 + (h + i) %% 3 + 1), function(j) {
  k <- 2 + (h + i + j) %% 4
  data.frame(region = c("North", "South", "West")[h], town = i, school = j, N1 = c(8, 20, 31)[h], N2 = 3 + (h * i) %% 5 + 3, N3 = k + 5 + (i + j) %% 7,
             y = number(10 + 2 * h + rnorm(1) + rnorm(k)), x = number(5 + rexp(k)), group = sample(c("a", "b"), k, TRUE), tier = sample(c("1", "2", "10"), k, TRUE), visits = rpois(k, 3))
}))))))
n1 <- tapply(three$town, three$region, function(t) length(unique(t)))
key <- interaction(three$region, three$town, drop = TRUE)
n2 <- tapply(three$school, key, function(s) length(unique(s)))
n3 <- ave(three$y, key, three$school, FUN = length)
three$f1 <- number(n1[three$region] / three$N1); three$f2 <- number(n2[as.character(key)] / three$N2); three$f3 <- number(n3 / three$N3)
three$w <- number(1 / (three$f1 * three$f2 * three$f3))
three$y_na <- ifelse(seq_len(nrow(three)) %% 7 == 3, NA, three$y)
three$group_na <- ifelse(seq_len(nrow(three)) %% 11 == 5, NA, three$group)
write.csv(three, "threestage.csv", row.names = FALSE, na = "")

lonely <- data.frame(stratum = rep(c("A", "B", "C", "D"), c(9, 6, 4, 8)), psu = c(1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4), w = rep(c(3, 5, 11, 2.5), c(9, 6, 4, 8)))
lonely$y <- number(20 + rnorm(27, sd = 4)); lonely$x <- number(7 + rnorm(27)); lonely$group <- rep(c("u", "v", "v"), 9)
write.csv(lonely, "lonely.csv", row.names = FALSE)

pairs <- do.call(rbind, lapply(1:8, function(h) do.call(rbind, lapply(1:2, function(i) { k <- 4 + (h + i) %% 3
  data.frame(stratum = h, psu = i, w = 10 + h + 3 * i, y = number(50 + h + 4 * rnorm(1) + 8 * rnorm(k)), x = number(20 + 3 * rnorm(k)), group = sample(c("a", "b"), k, TRUE), housing = sample(c("own", "rent", "shelter"), k, TRUE), visits = rpois(k, 2)) }))))
pairs$y_na <- ifelse(seq_len(nrow(pairs)) %% 9 == 4, NA, pairs$y); pairs$employed <- ifelse(pairs$y + 5 * rnorm(nrow(pairs)) > 54, 1, 0)
base <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = pairs, nest = TRUE)
made <- function(d, prefix) { m <- number(weights(d, "analysis")); colnames(m) <- paste0(prefix, seq_len(ncol(m))); m }
brr <- as.svrepdesign(base, type = "BRR"); fay <- as.svrepdesign(base, type = "Fay", fay.rho = 0.3); jkn <- as.svrepdesign(base, type = "JKn")
boot <- as.svrepdesign(base, type = "subbootstrap", replicates = 24)
signs <- (2 * survey:::hadamard(15) - 1)[1:16, 1:16]; unit <- match(paste(pairs$stratum, pairs$psu), unique(paste(pairs$stratum, pairs$psu)))
sdr <- number(pairs$w * (1 + 2^-1.5 * signs[(unit - 1) %% 16 + 1, ] - 2^-1.5 * signs[unit %% 16 + 1, ])); colnames(sdr) <- paste0("sdr_", 1:16)
write.csv(cbind(pairs, made(brr, "brr_"), made(fay, "fay_"), made(jkn, "jkn_"), made(boot, "boot_"), sdr), "replicates.csv", row.names = FALSE, na = "")

# ---- designs, from the files as written ----------------------------------------------------------
read <- function(file) { d <- read.csv(file, stringsAsFactors = FALSE, na.strings = c("", "NA")); for (v in intersect(names(d), c("tier", "psu", "town", "school"))) d[[v]] <- as.character(d[[v]]); d }
strat <- read("apistrat.csv"); clus1 <- read("apiclus1.csv"); jk1 <- read("apiclus1_jk1.csv"); clus2 <- read("apiclus2.csv"); three <- read("threestage.csv"); lonely <- read("lonely.csv"); reps <- read("replicates.csv")
D <- function(file, json, r, lonely = "fail") list(file = file, json = json, r = r, lonely = lonely)
two <- D("apiclus2.csv", list(cluster = "dnum,snum", fpc = "fpc1,fpc2"), svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = clus2))
two_weighted <- D("apiclus2.csv", list(weight = "pw", cluster = "dnum"), svydesign(id = ~dnum, weights = ~pw, data = clus2))
d3 <- D("threestage.csv", list(strata = "region", cluster = "town,school", fpc = "N1,N2,N3"), svydesign(id = ~town + school + seq_len(nrow(three)), strata = ~region, fpc = ~N1 + N2 + N3, data = three, nest = TRUE))
d3f <- D("threestage.csv", list(strata = "region", cluster = "town,school", fpc = "f1,f2,f3"), svydesign(id = ~town + school + seq_len(nrow(three)), strata = ~region, fpc = ~f1 + f2 + f3, data = three, nest = TRUE))
d3w <- D("threestage.csv", list(weight = "w", strata = "region", cluster = "town", fpc = "N1"), svydesign(id = ~town, strata = ~region, weights = ~w, fpc = ~N1, data = three, nest = TRUE))
alone <- function(policy) D("lonely.csv", list(weight = "w", strata = "stratum", cluster = "psu", lonely_psu = policy), svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = lonely, nest = TRUE), policy)
rep_design <- function(kind, prefix, type, ..., mse = FALSE, json = list()) D("replicates.csv", c(list(weight = "w", replicates = paste0(prefix, "*"), replicate_type = kind), json, if (mse) list(mse = TRUE)),
  svrepdesign(weights = ~w, repweights = paste0("^", prefix), type = type, data = reps, combined.weights = TRUE, mse = mse, ...))
quiet <- suppressWarnings
all_reps <- function(mse) quiet(list(
  brr = rep_design("brr", "brr_", "BRR", mse = mse), fay = rep_design("fay", "fay_", "Fay", rho = 0.3, mse = mse, json = list(fay_rho = 0.3)),
  jkn = rep_design("jkn", "jkn_", "JKn", scale = 1, rscales = rep(0.5, 16), mse = mse, json = list(rscales = rep(0.5, 16))),
  bootstrap = rep_design("bootstrap", "boot_", "bootstrap", mse = mse), sdr = rep_design("sdr", "sdr_", "successive-difference", mse = mse)))
plain <- all_reps(FALSE); centred <- all_reps(TRUE)
jk <- function(mse) D("apiclus1_jk1.csv", c(list(weight = "pw", replicates = "rw_*", replicate_type = "jk1"), if (mse) list(mse = TRUE)), quiet(svrepdesign(weights = ~pw, repweights = "^rw_", type = "JK1", data = jk1, mse = mse)))
scaled <- quiet(rep_design("bootstrap", "boot_", "bootstrap", scale = 0.05, rscales = rep(c(1, 0.5), 12), json = list(scale = 0.05, rscales = rep(c(1, 0.5), 12))))

totals <- function(...) list(...)
population <- function(m) { v <- names(m); d <- data.frame(names(m[[1]]), unlist(m[[1]])); names(d) <- c(v, "Freq"); d }
f <- function(v) as.formula(paste("~", paste(v, collapse = "+")))
ps <- function(d, m) D(d$file, c(d$json, list(poststratify = m)), postStratify(d$r, f(names(m)), population(m)))
vector_of <- function(m, sums = NULL) c(`(Intercept)` = sum(unlist(m[[1]])), unlist(lapply(names(m), function(v) { t <- unlist(m[[v]]); t <- t[order(names(t))][-1]; setNames(t, paste0(v, names(t))) })), sums)
# Unequal base weights: residuals on all margins with the base weights, which is calibrate(calfun = "raking").
rk <- function(d, m) D(d$file, c(d$json, list(rake = m)), calibrate(d$r, f(names(m)), vector_of(m), calfun = "raking", epsilon = 1e-12, maxit = 200))
rk_ipf <- function(d, m) D(d$file, c(d$json, list(rake = m)), rake(d$r, lapply(names(m), f), lapply(names(m), function(v) population(m[v])), control = list(maxit = 300, epsilon = 1e-13)))
gr <- function(d, m, sums, trim = NULL) D(d$file, c(d$json, list(calibrate = c(m, sums)), if (!is.null(trim)) list(trim = trim)),
  calibrate(d$r, f(c(names(m), names(sums))), vector_of(m, unlist(sums)), calfun = "linear", trim = trim, bounds = if (is.null(trim)) c(-Inf, Inf) else c(-1e9, 1e9), epsilon = 1e-12))
s0 <- D("apistrat.csv", list(weight = "pw", strata = "stype", fpc = "fpc"), svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat))
c0 <- D("apiclus1.csv", list(weight = "pw", cluster = "dnum", fpc = "fpc"), svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1))
wide <- totals(sch_wide = list(No = 1072, Yes = 5122)); types <- totals(stype = list(E = 4421, H = 755, M = 1018))
mixed <- totals(stype = list(E = 4500, H = 700, M = 994), awards = list(No = 2100, Yes = 4094))
both <- c(types, wide)
calibrated <- list(
  "strat-ps" = ps(s0, wide), "strat-rake" = rk(s0, mixed), "clus1-rake" = rk_ipf(c0, both), "clus2-ps" = ps(two, types), "clus2-rake" = rk(two, both),
  "clus1-greg" = gr(c0, types, list(api99 = 3914069)), "strat-greg" = gr(s0, wide, list(api99 = 3914069)), "clus1-greg-trim" = gr(c0, types, list(api99 = 3914069), c(0.8, 1.3)),
  "jk1-ps" = ps(jk(FALSE), types), "jk1-rake" = rk_ipf(jk(FALSE), both), "brr-ps" = quiet(ps(plain$brr, totals(group = list(a = 700, b = 900)))))

# ---- cases ---------------------------------------------------------------------------------------
cases <- list()
add <- function(id, d, ask, expect, note = NULL) cases[[length(cases) + 1]] <<- list(id = id, data = d$file, design = d$json, ask = ask, expect = expect, note = note)
under <- function(d, code) { old <- options(survey.lonely.psu = d$lonely); on.exit(options(old)); quiet(code) }
interval <- function(e, s, df) { if (s < 1e-9 * abs(e)) s <- 0; list(estimate = e, se = s, ci_low = e - qt(0.975, df) * s, ci_high = e + qt(0.975, df) * s, df = df) }
one <- function(v) as.formula(paste0("~", v))
domains <- function(d, by, where) {
  r <- d$r; if (!is.null(where)) r <- eval(bquote(subset(r, .(where[[2]]))))
  if (is.null(by)) return(list(list(by = setNames(list(), character()), r = r)))
  values <- sort(unique(na.omit(r$variables[[by]])))
  lapply(values, function(v) { keep <- r$variables[[by]] %in% v; list(by = setNames(list(v), by), r = r[which(keep), ]) })
}
whole <- function(r, v) sum(weights(r, "sampling") > 0 & !is.na(r$variables[[v]]))
estimate <- function(id, d, ask, where = NULL, note = NULL) under(d, {
  ask <- c(ask, if (!is.null(where)) list(where = where[[1]]))
  out <- list()
  for (part in domains(d, ask$by, where)) { r <- part$r; v <- ask$variable; df <- degf(r); row <- NULL
    if (ask$statistic == "mean") { m <- svymean(one(v), r, na.rm = TRUE); row <- list(c(interval(coef(m)[[1]], SE(m)[[1]], df), n = whole(r, v))) }
    if (ask$statistic == "total") { m <- svytotal(one(v), r, na.rm = TRUE); row <- list(interval(coef(m)[[1]], SE(m)[[1]], df)) }
    if (ask$statistic == "ratio") { m <- svyratio(one(v), one(ask$denominator), r, na.rm = TRUE); row <- list(interval(coef(m)[[1]], SE(m)[[1]], df)) }
    if (ask$statistic == "sd") { m <- svyvar(one(v), r, na.rm = TRUE); row <- list(list(estimate = sqrt(coef(m)[[1]]))) }
    if (ask$statistic == "proportion") { r$variables$.v <- r$variables[[v]]
      row <- lapply(sort(unique(na.omit(r$variables$.v))), function(l) { r$variables$.is <- as.numeric(r$variables$.v == l)
        p <- svyciprop(~.is, r, method = ask$method, df = df); list(level = as.character(l), estimate = as.numeric(coef(p)), se = as.numeric(sqrt(attr(p, "var"))), ci_low = attr(p, "ci")[[1]], ci_high = attr(p, "ci")[[2]], n = sum(r$variables$.is == 1 & weights(r, "sampling") > 0)) }) }
    if (ask$statistic == "quantile") { q <- svyquantile(one(v), r, ask$p, qrule = ask$rule, na.rm = TRUE, df = df, ci = TRUE)[[1]]
      row <- lapply(seq_along(ask$p), function(i) list(p = ask$p[[i]], estimate = q[i, "quantile"], ci_low = q[i, "ci.2.5"], ci_high = q[i, "ci.97.5"])) }
    out <- c(out, lapply(row, function(x) c(list(by = part$by), x)))
  }
  add(id, d, ask, out, note)
})
M <- function(v, by = NULL) c(list(statistic = "mean", variable = v), if (!is.null(by)) list(by = by))
T <- function(v, by = NULL) c(list(statistic = "total", variable = v), if (!is.null(by)) list(by = by))
R <- function(v, w, by = NULL) c(list(statistic = "ratio", variable = v, denominator = w), if (!is.null(by)) list(by = by))
P <- function(v, by = NULL, method = "logit") c(list(statistic = "proportion", variable = v, method = method), if (!is.null(by)) list(by = by))
Q <- function(v, by = NULL, rule = "school", p = c(0.25, 0.5, 0.75)) c(list(statistic = "quantile", variable = v, p = p, rule = rule), if (!is.null(by)) list(by = by))
S <- function(v, by = NULL) c(list(statistic = "sd", variable = v), if (!is.null(by)) list(by = by))
many <- function(name, d, asks, where = NULL) for (a in asks) estimate(paste(c(name, a$statistic, a$variable, a$denominator, a$method[a$method != "logit"], a$rule[a$rule != "school"], a$by, if (!is.null(where)) "where"), collapse = "-"), d, a, where)
contrast <- function(id, d, v, by, levels, note = NULL) under(d, {
  known <- d$r[which(!is.na(d$r$variables[[v]]) & d$r$variables[[by]] %in% levels), ]
  # The coefficient of a two-level regression is the difference of the means, with their covariance.
  known$variables$.second <- as.numeric(known$variables[[by]] == levels[2])
  m <- summary(svyglm(as.formula(paste(v, "~ .second")), known))$coefficients[2, ]
  add(id, d, list(statistic = "difference", variable = v, by = by, levels = as.list(levels)), list(list(estimate = m[[1]], se = m[[2]])), note)
})
correlation <- function(id, d, v, w) under(d, { m <- as.matrix(svyvar(f(c(v, w)), d$r, na.rm = TRUE)); add(id, d, list(statistic = "correlation", variable = v, with = w), list(list(estimate = m[1, 2] / sqrt(m[1, 1] * m[2, 2])))) })
deff <- function(id, d, v) under(d, { m <- svymean(one(v), d$r, na.rm = TRUE, deff = TRUE); add(id, d, M(v), list(c(list(by = setNames(list(), character())), interval(coef(m)[[1]], SE(m)[[1]], degf(d$r)), n = whole(d$r, v), deff = deff_of(m)))) })
deff_of <- function(m) as.numeric(survey::deff(m))
tested <- function(id, d, kind, v, by, where = NULL) under(d, tryCatch({
  r <- domains(d, NULL, where)[[1]]$r; y <- as.formula(paste(v, "~", by))
  row <- switch(kind,
    ttest = { t <- svyttest(y, r); list(difference = t$estimate[[1]], statistic = t$statistic[[1]], df = t$parameter[[1]], p_value = t$p.value[[1]]) },
    # With more than two groups R puts the statistic into `parameter` and its degrees of freedom into `statistic`.
    ranktest = { t <- svyranktest(y, r)
      if (is.null(t$ddf)) list(statistic = t$statistic[[1]], df = t$parameter[[1]], p_value = as.numeric(t$p.value)) else list(statistic = t$parameter[[1]], df1 = t$statistic[[1]], df2 = t$ddf, p_value = as.numeric(t$p.value)) },
    chisq = { t <- svychisq(f(c(v, by)), r); list(statistic = t$statistic[[1]], df1 = t$parameter[[1]], df2 = t$parameter[[2]], p_value = t$p.value[[1]]) })
  add(id, d, c(list(statistic = kind, variable = v, by = by), if (!is.null(where)) list(where = where[[1]])), list(row))
}, error = function(e) message(id, ": R cannot: ", conditionMessage(e))))
regression <- function(id, d, formula, family, where = NULL) under(d, {
  r <- domains(d, NULL, where)[[1]]$r
  link <- switch(family, gaussian = gaussian(), binomial = quasibinomial(), poisson = quasipoisson())
  fit <- do.call(svyglm, list(as.formula(formula), r, family = link, control = glm.control(epsilon = 1e-12, maxit = 100)))
  s <- coef(summary(fit))
  add(id, d, c(list(statistic = "regression", formula = formula, family = family), if (!is.null(where)) list(where = where[[1]])), lapply(rownames(s), function(t) list(term = t, estimate = s[t, 1], se = s[t, 2], statistic = s[t, 3], p_value = s[t, 4])))
})

# several stages, weights from fpc, missing values
many("clus2", two, list(M("api00"), M("enroll"), M("enroll", "stype"), T("api00"), T("enroll"), R("api00", "api99"), P("awards"), P("awards", "stype"), P("stype", method = "beta"), Q("api00"), Q("enroll", "stype"), S("api00")))
many("clus2", two, list(M("api00", "awards"), T("enroll")), list("stype = E", quote(stype == "E")))
many("clus2-weight", two_weighted, list(M("enroll"), T("enroll", "awards"), P("stype")))
many("three", d3, list(M("y"), M("y_na"), M("y_na", "group"), T("y", "group"), T("x"), R("y", "x", "group"), P("tier"), P("group", "region"), Q("y"), S("y")))
many("three-fraction", d3f, list(M("y"), T("y_na"), M("x", "tier")))
many("three-weight", d3w, list(M("y_na", "region"), P("tier", method = "beta"), Q("x", "group")))
many("three", d3, list(M("y"), P("group")), list("y > 12 and tier != 2", quote(y > 12 & tier != "2")))
deff("three-deff-y", d3, "y"); deff("clus2-deff-api00", two, "api00"); deff("three-weight-deff-x", d3w, "x")
contrast("clus2-difference-api00-stype", two, "api00", "stype", c("E", "M")); contrast("three-difference-y-group", d3, "y", "group", c("a", "b")); contrast("three-difference-y_na-group", d3, "y_na", "group", c("a", "b"))
correlation("clus2-correlation-api00-meals", two, "api00", "meals"); correlation("three-correlation-y-x", d3, "y", "x")
# lone units
for (policy in c("certainty", "adjust", "average")) many(paste0("lonely-", policy), alone(policy), list(M("y"), M("y", "group"), T("x"), R("y", "x"), P("group"), Q("y")))
# replicates
for (kind in names(plain)) many(kind, plain[[kind]], list(M("y"), M("y_na", "group"), T("x", "group"), R("y", "x"), P("housing"), Q("y")))
for (kind in names(centred)) many(paste0(kind, "-mse"), centred[[kind]], list(M("y"), M("y_na", "housing")))
many("brr", plain$brr, list(P("housing", "group"), Q("y", "group", "math"), S("y")))
many("bootstrap-scaled", scaled, list(M("y"), T("x", "group"), R("y", "x")))
many("fay", plain$fay, list(M("y", "group"), P("group")), list("housing = own or housing = rent", quote(housing %in% c("own", "rent"))))
many("jk1-mse", jk(TRUE), list(M("api00"), M("api00", "stype"), T("enroll"), P("awards"), Q("api00")))
many("jk1", jk(FALSE), list(M("api00", "stype"), R("api00", "api99"), P("awards", "stype"), Q("api00")))
contrast("brr-difference-y-group", plain$brr, "y", "group", c("a", "b")); contrast("jkn-mse-difference-y_na-group", centred$jkn, "y_na", "group", c("a", "b"))
# calibration
for (name in names(calibrated)) { v <- if (name == "brr-ps") list(M("y"), T("x"), M("y_na", "housing")) else list(M("api00"), T("meals"), M("api00", "stype"))
  many(name, calibrated[[name]], v) }
many("strat-ps", calibrated[["strat-ps"]], list(T("enroll", "awards"), R("api00", "api99", "stype"), P("awards"), P("awards", "stype"), Q("api00"), M("meals_na", "awards")))
many("strat-rake", calibrated[["strat-rake"]], list(T("enroll", "comp_imp"), R("api00", "api99"), P("comp_imp"), P("comp_imp", "stype"), Q("api00", "awards")))
many("clus2-ps", calibrated[["clus2-ps"]], list(T("enroll"), P("awards", "stype")))
contrast("strat-ps-difference-api00-awards", calibrated[["strat-ps"]], "api00", "awards", c("No", "Yes")); contrast("strat-rake-difference-api00-comp_imp", calibrated[["strat-rake"]], "api00", "comp_imp", c("No", "Yes"))
# tests
`%|%` <- function(a, b) if (is.na(a)) b else unname(a)
for (x in list(list("clus2", two, "api00", "comp_imp", "awards", "stype"), list("three", d3, "y_na", "group", "group", "tier"), list("three-weight", d3w, "y", "group_na", "group", "tier"), list("brr", plain$brr, "y_na", "group", "group", "housing"), list("strat-ps", calibrated[["strat-ps"]], "api00", "comp_imp", "awards", "stype"))) {
  tested(paste0(x[[1]], "-ttest"), x[[2]], "ttest", x[[3]], x[[4]]); tested(paste0(x[[1]], "-ranktest"), x[[2]], "ranktest", c(clus2 = "api00_u", `strat-ps` = "enroll_u")[x[[1]]] %|% x[[3]], x[[4]]); tested(paste0(x[[1]], "-chisq"), x[[2]], "chisq", x[[5]], x[[6]])
}
tested("clus2-ranktest-stype", two, "ranktest", "api00_u", "stype"); tested("three-ranktest-tier", d3, "ranktest", "y", "tier")
tested("clus2-ttest-where", two, "ttest", "api00", "comp_imp", list("stype = E", quote(stype == "E")))
# regressions
regression("clus2-gaussian", two, "api00 ~ ell + meals + stype", "gaussian"); regression("clus2-missing", two, "api00 ~ enroll + awards", "gaussian")
regression("clus2-interaction", two, "api00 ~ meals * stype", "gaussian"); regression("clus2-factor-factor", two, "api00 ~ awards:comp_imp + stype", "gaussian")
regression("clus2-where", two, "api00 ~ ell + awards", "gaussian", list("stype = E", quote(stype == "E")))
regression("three-poisson", d3, "visits ~ x + group", "poisson"); regression("three-poisson-tier", d3w, "visits ~ y_na + factor(town)", "poisson")
regression("brr-binomial", plain$brr, "employed ~ x + group", "binomial"); regression("jkn-gaussian", plain$jkn, "y_na ~ x + housing", "gaussian"); regression("fay-mse-poisson", centred$fay, "visits ~ x * group", "poisson")
regression("jk1-gaussian", jk(FALSE), "api00 ~ ell + meals + stype", "gaussian"); regression("strat-rake-gaussian", calibrated[["strat-rake"]], "api00 ~ ell + awards", "gaussian")
weights_only <- D("replicates.csv", list(weight = "w", strata = "stratum", cluster = "psu"), svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = reps, nest = TRUE))
regression("pairs-binomial", weights_only, "employed ~ x + housing + visits", "binomial")

# ---- out -----------------------------------------------------------------------------------------
json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x)) { items <- vapply(x, json, ""); return(if (is.null(names(x))) paste0("[", paste(items, collapse = ", "), "]") else paste0("{", paste0('"', names(x), '": ', items, collapse = ", ", recycle0 = TRUE), "}")) }
  if (length(x) > 1) return(paste0("[", paste(vapply(unname(x), json, ""), collapse = ", "), "]"))
  if (is.character(x)) return(paste0('"', x, '"')); if (is.logical(x)) return(if (is.na(x)) "null" else tolower(as.character(x)))
  x <- as.numeric(x); if (!is.finite(x)) "null" else sprintf("%.15g", x)
}
ids <- vapply(cases, `[[`, "", "id"); stopifnot(!anyDuplicated(ids))
writeLines(c("[", paste0(vapply(cases, json, ""), c(rep(",", length(cases) - 1), "")), "]"), "more_cases.json")
message(length(cases), " cases")
