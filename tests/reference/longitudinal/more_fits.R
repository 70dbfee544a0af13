# Reference answers for `fit reliability`, `fit lowess` and `fit path`: R 4.2, psych 2.2.9, lavaan 0.6-14.
# Run in this folder: Rscript more_fits.R. Writes more_fits.json and the data that it makes or takes from R.
suppressMessages({library(psych); library(lavaan); library(jsonlite)})
options(warn = 1)
write <- function(data, file) write.csv(data, file, row.names = FALSE, quote = FALSE)
write(attitude, "attitude.csv")
write(airquality, "airquality.csv")
bfi5 <- read.csv("../survey/bfi_agreeableness.csv")
sat <- read.csv("sat_act.csv")
cars2 <- read.csv("../survey/mtcars.csv")

# Two variables that lead to each other, each with a predictor of its own; items with a Heywood case; curves with wild points.
set.seed(20241122)
n <- 400
x1 <- rnorm(n); x2 <- rnorm(n) + 0.3 * x1; x3 <- rbinom(n, 1, 0.4)
e <- matrix(rnorm(2 * n), n) %*% chol(matrix(c(1, 0.3, 0.3, 1), 2))
B <- matrix(c(1, -0.4, -0.3, 1), 2)
y <- cbind(0.7 * x1 + 0.2 * x3 + e[, 1], 0.6 * x2 + e[, 2]) %*% t(solve(B))
y3 <- 0.5 * y[, 1] + 0.5 * y[, 2] + 100 * 0.01 * x3 + rnorm(n)
circle <- round(data.frame(x1, x2, x3, y1 = y[, 1], y2 = y[, 2], y3, y4 = y3 + rnorm(n)), 6)
circle$y3[c(5, 77)] <- NA
write(circle, "circle.csv")
f <- rnorm(120)
heywood <- round(data.frame(h1 = f + rnorm(120, 0, 0.05), h2 = 0.5 * f + rnorm(120), h3 = 0.4 * f + rnorm(120), h4 = 0.3 * f + rnorm(120)), 4)
write(heywood, "heywood.csv")
wild <- data.frame(x = sample(round(runif(300, -3, 3), 2)), y = 0)
wild$y <- round(sin(wild$x) + rt(300, 1.5) / 3, 4)
write(wild, "wild.csv")

# The strictest stop at which lavaan is content, so that its answers hold as many digits as they can.
tolerances <- c(1e-15, 1e-13, 1e-12, 1e-11, 1e-10)

cases <- list()
add <- function(case) cases[[length(cases) + 1]] <<- case

reliability <- function(id, data, file, items, reverse = NULL, range = NULL) {
  d <- data[, items]
  for (r in reverse) d[[r]] <- sum(range) - d[[r]]
  d <- na.omit(d)
  a <- suppressWarnings(alpha(d, check.keys = FALSE, n.iter = 1))
  ci <- alpha.ci(a$total$raw_alpha, n.obs = nrow(d), n.var = ncol(d), p.val = 0.05)
  expect <- list(n_complete = nrow(d), alpha = a$total$raw_alpha, alpha_ci_feldt = c(ci$lower.ci, ci$upper.ci),
    item_rest_r = lapply(items, function(i) list(item = i, r = cor(d[[i]], rowSums(d[, items != i, drop = FALSE])))))
  if (length(items) > 2) {
    expect$alpha_if_dropped <- lapply(seq_along(items), function(i) {
      s <- cov(d[, -i]); k <- ncol(s)
      list(item = items[i], alpha = k / (k - 1) * (1 - sum(diag(s)) / sum(s)))
    })
    k <- length(items)
    model <- paste0("f =~ ", paste0("l", 1:k, "*", items, collapse = " + "), "\n",
      paste0(items, " ~~ t", 1:k, "*", items, collapse = "\n"), "\n",
      "omega := (", paste0("l", 1:k, collapse = "+"), ")^2 / ((", paste0("l", 1:k, collapse = "+"), ")^2 + ", paste0("t", 1:k, collapse = "+"), ")")
    for (tolerance in tolerances) {
      fit <- suppressWarnings(cfa(model, d, std.lv = TRUE, control = list(rel.tol = tolerance, iter.max = 10000)))
      if (!lavInspect(fit, "converged")) next
      o <- parameterEstimates(fit); o <- o[o$op == ":=", ]
      if (isTRUE(o$se > 0)) break
    }
    expect$omega <- o$est; expect$omega_se <- o$se
    th <- parameterEstimates(fit); th <- th[th$op == "~~" & th$lhs %in% items, ]
    expect$heywood <- th$lhs[th$est < 0]
  }
  add(list(id = id, data = file, ask = list(model = "reliability", items = items, reverse = reverse, min = range[1], max = range[2]), expect = expect))
}
reliability("bfi-omega", bfi5, "../survey/bfi_agreeableness.csv", paste0("A", 1:5), "A1", c(1, 6))
reliability("bfi-three", bfi5, "../survey/bfi_agreeableness.csv", c("A2", "A3", "A5"))
reliability("bfi-two", bfi5, "../survey/bfi_agreeableness.csv", c("A2", "A3"))
reliability("bfi-unreversed", bfi5, "../survey/bfi_agreeableness.csv", paste0("A", 1:5))
reliability("attitude", attitude, "attitude.csv", names(attitude))
reliability("attitude-two-reversed", attitude, "attitude.csv", names(attitude)[1:4], c("rating", "privileges"), c(0, 100))
reliability("heywood", heywood, "heywood.csv", names(heywood))

curve <- function(id, data, file, x, y, f, iter) {
  d <- na.omit(data[, c(x, y)])
  l <- lowess(d[[x]], d[[y]], f = f, iter = iter, delta = 0)
  add(list(id = id, data = file, ask = list(model = "lowess", x = x, y = y, f = f, iter = iter), expect = list(x = l$x, y = l$y)))
}
for (f in c(0.05, 0.1, 0.3, 0.5, 1)) curve(paste0("cars-", f), cars, "cars.csv", "speed", "dist", f, 3)
cases <- lapply(cases, function(c) { if (c$data == "cars.csv") { c$ask$x <- "x"; c$ask$y <- "y" }; c })
for (i in 0:5) curve(paste0("wild-", i), wild, "wild.csv", "x", "y", 0.2, i)
curve("wild-narrow", wild, "wild.csv", "x", "y", 0.01, 3)
curve("airquality", airquality, "airquality.csv", "Temp", "Ozone", 2 / 3, 3)
curve("airquality-wind", airquality, "airquality.csv", "Wind", "Ozone", 0.4, 4)
curve("airquality-month", airquality, "airquality.csv", "Month", "Ozone", 0.25, 3)

path <- function(id, data, file, model) {
  for (tolerance in tolerances) {
    fit <- suppressWarnings(sem(model, data, control = list(rel.tol = tolerance, x.tol = 1e-12, iter.max = 10000, eval.max = 20000)))
    if (lavInspect(fit, "converged")) break
  }
  p <- parameterEstimates(fit); s <- standardizedSolution(fit)
  stopifnot(nrow(p) == nrow(s))
  keep <- p$op %in% c("~", ":=") | (p$op == "~~" & p$lhs != p$rhs & p$lhs %in% p$lhs[p$op == "~"])
  m <- fitMeasures(fit)
  p$se.std <- s$se; p$est.std <- s$est.std
  rows <- lapply(which(keep), function(i) list(lhs = p$lhs[i], op = p$op[i], rhs = p$rhs[i], estimate = p$est[i], se = p$se[i],
    p_value = p$pvalue[i], std = p$est.std[i], std_se = p$se.std[i]))
  add(list(id = id, data = file, ask = list(model = "path", syntax = model), expect = list(n = nobs(fit), paths = rows,
    chisq = unname(m["chisq"]), df = unname(m["df"]), p_value = unname(m["pvalue"]), cfi = unname(m["cfi"]), rmsea = unname(m["rmsea"]),
    rmsea_ci = unname(m[c("rmsea.ci.lower", "rmsea.ci.upper")]), srmr = unname(m["srmr"]), r2 = as.list(lavInspect(fit, "r2")))))
}
path("sat-more-digits", sat, "sat_act.csv", "education ~ a*age\nACT ~ b*education\nSATV ~ c*ACT\nSATQ ~ d*ACT + gender\nindirect := a*b*c")
path("sat-one-label", sat, "sat_act.csv", "SATV ~ k*ACT + gender\nSATQ ~ k*ACT + gender\nACT ~ e*education\nboth := k*e\nshare := both / (both + 1)")
path("circle-held", circle, "circle.csv", "y1 ~ 0.5*x1 + x3
y2 ~ b*y1 + .4*x2
y3 ~ 1e0*y1
y2 ~~ 0*y3
twice := 2*b^2 - exp(-b/10)")
path("sat-saturated", sat, "sat_act.csv", "ACT ~ a*education\nSATV ~ b*ACT + c*education\nindirect := a*b\ntotal := indirect + c\nshare := indirect/total")
path("sat-three-outcomes", sat, "sat_act.csv", "ACT + SATV + SATQ ~ education + age")
path("cars-mediation", cars2, "../survey/mtcars.csv", "wt ~ a*disp\nqsec ~ hp + wt\nmpg ~ b*wt + hp # the rest\nind := a*b")
path("circle", circle, "circle.csv", "y1 ~ p*y2 + x1 + x3\ny2 ~ q*y1 + x2\ny1 ~~ y2\nloop := p*q")
path("circle-and-more", circle, "circle.csv", "y1 ~ y2 + x1 + x3\ny2 ~ y1 + x2\ny3 ~ a*y1 + y2 + x3\ny4 ~ b*y3\nab := sqrt(a*b)")
path("circle-residuals", circle, "circle.csv", "y1 ~ x1\ny2 ~ x2\ny3 ~ y1 + y2\ny1 ~~ y2\ny4 ~ x1 + v*x2\ny3 ~~ y3")
path("circle-chain", circle, "circle.csv", "y3 ~ x1 + x2\ny4 ~ a*y3 + x3\nsquare := a^2")
path("ozone", airquality, "airquality.csv", "Ozone ~ b*Temp + Wind + Solar.R\nTemp ~ a*Solar.R + Wind\nind := a*b")
write_json(cases, "more_fits.json", digits = I(15), auto_unbox = TRUE, pretty = TRUE, null = "null", na = "null")
