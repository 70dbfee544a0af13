# Reference answers for path models under a sampling design: R 4.2, survey 4.1, lavaan 0.6-14.
# Run in this folder: Rscript path_designs.R. Writes path_design.csv (simulated, no real person) and path_designs.json.
#
# What the package lavaan.survey does, written out: the covariance matrix weighted with the sum of weights as divisor, its
# asymptotic covariance matrix from svymean of the products of deviations, maximum likelihood with errors by robust.sem and the
# Satorra-Bentler test. Predictors are random (fixed.x = FALSE), as they are in a survey; covariances of predictors are open
# in the model without paths, too, as lavaan has it where they are fixed.
suppressMessages({library(survey); library(lavaan); library(jsonlite)})
options(warn = 1, digits = 15)

set.seed(20261123)
strata <- c("north", "south", "west", "city")
rows <- list()
for (wave in 1:2) for (s in seq_along(strata)) for (k in 1:(5 + s)) {
  if (wave == 2 && s == 2 && k > 5) next # a center that took part once
  m <- sample(6:18, 1)
  u <- rnorm(4, 0, 0.5)
  x <- u[1] + rnorm(m); g <- rbinom(m, 1, 0.45)
  a <- 0.4 * x + 0.2 * g + u[2] + rnorm(m)
  b <- 0.5 * a + 0.1 * x + u[3] + rnorm(m)
  common <- rnorm(m, 0, 0.4)
  c <- 0.6 * b + 0.15 * x + 0.3 * u[3] + common + rnorm(m, 0, 0.8)
  d <- -0.3 * b + u[4] + common + rexp(m) - 1
  w <- round((1 + 2 * (s == 4)) * exp(0.35 * x + rnorm(m, 0, 0.4)), 4)
  rows[[length(rows) + 1]] <- data.frame(wave, stratum = strata[s], center = paste0("c", k), w, centers = 12 + 2 * s, all_centers = ifelse(s == 4, 9, 12 + 2 * s), roll = m + 4 * k, x = x, g, a, b, c, d)
}
all <- do.call(rbind, rows)
for (v in c("x", "a", "b", "c", "d")) all[[v]] <- round(all[[v]], 5)
all$b[sample(nrow(all), 30)] <- NA
all$d[sample(nrow(all), 20)] <- NA
all <- data.frame(id = paste0("p", seq_len(nrow(all))), all)
write.csv(all, "path_design.csv", row.names = FALSE, quote = FALSE, na = "")

# lavaan stops at a gradient of about 1e-6; steps of Fisher scoring from there leave nothing but rounding.
fitted <- function(model, ...) {
  once <- function(...) suppressWarnings(lavaan(..., estimator = "MLM", fixed.x = FALSE, meanstructure = FALSE))
  fit <- once(model, ..., control = list(rel.tol = 1e-10, iter.max = 10000, eval.max = 20000))
  stopifnot(lavInspect(fit, "converged"))
  for (i in 1:30) {
    gradient <- lavTech(fit, "gradient")
    table <- parTable(fit)
    theta <- coef(fit, type = "free") - solve(lavTech(fit, "information"), gradient)
    table$est[table$free > 0] <- theta[table$free[table$free > 0]]
    table$ustart[table$free > 0] <- NA
    table$start <- table$est
    fit <- once(table, ..., optim.method = "none")
  }
  stopifnot(max(abs(lavTech(fit, "gradient"))) < 1e-11)
  fit
}

# The answers of one design of one wave.
path <- function(id, wave, design, ask, model) {
  # Any data tell which variables are predictors, and their order.
  any <- as.data.frame(matrix(rnorm(6000), ncol = 6, dimnames = list(NULL, c("x", "a", "b", "c", "d", "g"))))
  first <- sem(model, any)
  ov <- lavNames(first, "ov"); predictors <- lavNames(first, "ov.x"); outcomes <- lavNames(first, "ov.nox")
  design <- design[design$variables$wave == wave, ]
  df <- degf(design)
  design <- subset(design, complete.cases(design$variables[, ov]))
  n <- nrow(design$variables); w <- weights(design)
  values <- as.matrix(design$variables[, ov])
  centred <- sweep(values, 2, colSums(w * values) / sum(w))
  S <- crossprod(centred * w, centred) / sum(w)
  pairs <- which(lower.tri(S, diag = TRUE), arr.ind = TRUE)
  products <- centred[, pairs[, 1]] * centred[, pairs[, 2]]
  colnames(products) <- paste0("m", seq_len(ncol(products)))
  design$variables <- cbind(design$variables, products)
  moments <- svymean(as.formula(paste("~", paste(colnames(products), collapse = "+"))), design)
  stopifnot(all.equal(unname(coef(moments)), S[lower.tri(S, diag = TRUE)]))
  gamma <- n * vcov(moments); dimnames(gamma) <- NULL
  given <- list(sample.cov = S * n / (n - 1), sample.nobs = n, NACOV = gamma)
  among <- if (length(predictors) > 1) combn(predictors, 2, function(p) paste(p[1], "~~", p[2])) else NULL
  own <- paste(predictors, "~~", predictors)
  open <- paste(c(among, own), collapse = "\n")
  full <- do.call(fitted, c(list(paste(model, open, sep = "\n"), auto.var = TRUE, auto.cov.y = TRUE), given))
  stopifnot(all(lavNames(full, "ov") == ov))
  p <- parameterEstimates(full); s <- standardizedSolution(full)
  keep <- p$op %in% c("~", ":=") | (p$op == "~~" & p$lhs != p$rhs & p$lhs %in% outcomes & p$rhs %in% outcomes)
  p$std <- s$est.std; p$std_se <- s$se
  rows <- lapply(which(keep), function(i) list(lhs = p$lhs[i], op = p$op[i], rhs = p$rhs[i], estimate = p$est[i], se = p$se[i], std = p$std[i], std_se = p$std_se[i]))
  # The model without paths may have its variables in another order: moments follow them.
  without <- paste(c(paste(outcomes, "~~", outcomes), open), collapse = "\n")
  o <- match(lavNames(lavaanify(without), "ov"), ov)
  place <- matrix(0, length(ov), length(ov)); place[pairs] <- seq_len(nrow(pairs)); place <- pmax(place, t(place))
  moved <- place[o, o][lower.tri(S, diag = TRUE)]
  null <- fitted(without, sample.cov = S[o, o] * n / (n - 1), sample.nobs = n, NACOV = gamma[moved, moved])
  stopifnot(all(lavNames(null, "ov") == ov[o]))
  m <- fitMeasures(full); m0 <- fitMeasures(null)
  c1 <- unname(m["chisq.scaling.factor"]); c0 <- unname(m0["chisq.scaling.factor"])
  cfi <- lavaan:::lav_fit_cfi(m["chisq"], m["df"], m0["chisq"], m0["df"], c1, c0)
  list(id = id, wave = wave, design = ask, model = model, expect = list(n = n, df = df, paths = rows,
    chisq = unname(m["chisq.scaled"]), chisq_df = unname(m["df"]), p_value = unname(m["pvalue.scaled"]), scaling = c1, scaling_without = c0,
    cfi = unname(cfi), rmsea = unname(m["rmsea.robust"]), rmsea_ci = unname(m[c("rmsea.ci.lower.robust", "rmsea.ci.upper.robust")]),
    srmr = unname(m["srmr"]), r2 = as.list(lavInspect(full, "r2"))))
}

chain <- "a ~ p*x + g\nb ~ q*a\nc ~ r*b\nd ~ b\nind := p*q*r"
clusters <- svydesign(ids = ~center, strata = ~stratum, weights = ~w, data = all[all$wave == 1, ], nest = TRUE)
later <- svydesign(ids = ~center, strata = ~stratum, weights = ~w, data = all[all$wave == 2, ], nest = TRUE)
finite <- svydesign(ids = ~center, strata = ~stratum, weights = ~w, fpc = ~centers, data = all[all$wave == 1, ], nest = TRUE)
weighted <- svydesign(ids = ~1, weights = ~w, data = all[all$wave == 1, ])
# All nine centers of the city took part: there people were drawn from rolls, elsewhere centers and then people.
stages <- svydesign(ids = ~center + id, strata = ~stratum, weights = ~w, fpc = ~all_centers + roll, data = all[all$wave == 1, ], nest = TRUE)
equal <- svydesign(ids = ~center, strata = ~stratum, weights = rep(1, sum(all$wave == 1)), data = all[all$wave == 1, ], nest = TRUE)
cases <- list(
  path("clusters", 1, clusters, list(weight = "w", strata = "stratum", cluster = "center"), chain),
  path("second-wave", 2, later, list(weight = "w", strata = "stratum", cluster = "center"), chain),
  path("finite", 1, finite, list(weight = "w", strata = "stratum", cluster = "center", fpc = "centers"), "a ~ p*x\nb ~ q*a + x\nc ~ r*b\nind := p*q*r\nshare := p*q/(p*q + r)"),
  path("stages", 1, stages, list(weight = "w", strata = "stratum", cluster = "center", fpc = c("all_centers", "roll")), chain),
  path("weights", 1, weighted, list(weight = "w"), "c ~ b + x + g\nb ~ a\na ~ x\nd ~ 0.5*b"),
  path("equal", 1, equal, list(strata = "stratum", cluster = "center"), "c ~ s*b + g\nb ~ t*a + x\nc ~~ d\nd ~ b\ntwo := s*t"),
  path("saturated", 1, clusters, list(weight = "w", strata = "stratum", cluster = "center"), "b ~ q*a + x\na ~ p*x\nind := p*q"))
write_json(cases, "path_designs.json", digits = I(15), auto_unbox = TRUE, pretty = TRUE, null = "null", na = "null")
