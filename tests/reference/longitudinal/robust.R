# Errors of mixed models by sampling unit: answers of lme4 1.1-31 and clubSandwich 0.5.8 (R 4.2.2) to the questions in
# `robust.json`, and their data.
# Rscript robust.R   (in this folder; writes centers.csv and robust.json)
suppressMessages({ library(lme4); library(clubSandwich); library(jsonlite) })
options(digits = 17)
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-10, maxfun = 2e5), calc.derivs = FALSE)

# Simulated: 14 centers of 3 regions that differ in level and in change, up to 22 people in each, three waves, two
# items of 0 to 3. Some people miss a wave, some move to another center, of some the center is not known; nobody is real.
set.seed(20261123)
centers <- data.frame(center = sprintf("C%02d", 1:14), region = rep(c("east", "north", "west"), c(5, 4, 5)), level = rnorm(14, 0, 0.5), change = rnorm(14, 0, 0.4))
people <- data.frame(id = sprintf("P%03d", 1:230), home = sample(14, 230, TRUE, prob = seq(1, 2.5, length.out = 14)), own = rnorm(230, 0, 1), slope = rnorm(230, 0, 0.8))
data <- merge(people, data.frame(wave = c("y1", "y2", "y3"), month = c(0, 12, 24), rise = c(0, 0.2, 0.5)))
data <- data[order(data$wave, data$id), ]
from <- centers[data$home, ]
latent <- 2.6 + data$own + from$level + data$rise + (from$change + data$slope) * data$month / 24 + rnorm(nrow(data), 0, 0.5)
data$score <- pmin(6, pmax(0, round(latent)))
data$g1 <- pmin(3, data$score, pmax(0, data$score - 3, round(data$score / 2 + runif(nrow(data), -1, 1))))
data$g2 <- data$score - data$g1
moved <- data$wave != "y1" & data$id %in% sample(people$id, 12)
data$center <- centers$center[ifelse(moved, data$home %% 14 + 1, data$home)]
data$region <- centers$region[match(data$center, centers$center)]
data <- data[runif(nrow(data)) > 0.3, ]
data$g2[sample(nrow(data), 8)] <- NA
data$center[data$id %in% c("P010", "P020", "P030")] <- NA
data$center[sample(nrow(data), 6)] <- NA
data <- data[sample(nrow(data)), ]
rownames(data) <- NULL
data$row <- sprintf("R%04d", seq_len(nrow(data)))
data$score <- data$g1 + data$g2

# A person counts in the unit of the first answer with one: the earliest wave, then the order of the file.
at_first <- function(data) {
  known <- data[!is.na(data$center) & !is.na(data$score), ]
  known <- known[order(known$wave), ]
  known$center[match(data$id, known$id)]
}
data$first <- at_first(data)
write.csv(data[, c("row", "id", "wave", "month", "center", "region", "g1", "g2", "score", "first")], "centers.csv", row.names = FALSE, quote = FALSE, na = "")
number <- function(x) unbox(as.numeric(x))
case <- function(id, file, data, formula, ask, strata, contrasts = NULL) {
  model <- lmer(formula, data, REML = TRUE, control = control)
  covariance <- as.matrix(vcovCR(model, cluster = factor(data$unit), type = "CR1"))
  units <- length(unique(data$unit))
  df <- units - strata
  of <- function(name) {
    weights <- contrasts[[name]]
    estimate <- sum(weights * fixef(model)); se <- sqrt(c(weights %*% covariance %*% weights))
    list(name = unbox(name), estimate = number(estimate), se = number(se), low = number(estimate - qt(.975, df) * se), high = number(estimate + qt(.975, df) * se))
  }
  list(id = unbox(id), data = unbox(file), ask = lapply(ask, unbox), expect = list(
    n = number(nobs(model)), units = number(units), df = number(df), coefficients = as.numeric(fixef(model)),
    covariance = lapply(seq_len(nrow(covariance)), function(row) as.numeric(covariance[row, ])),
    model_covariance = lapply(seq_len(nrow(covariance)), function(row) as.numeric(as.matrix(vcov(model))[row, ])),
    contrasts = lapply(names(contrasts), of)))
}
centers <- read.csv("centers.csv", na.strings = "")
centers$unit <- centers$first
centers <- centers[!is.na(centers$score) & !is.na(centers$unit), ]
centers$wave <- factor(centers$wave)
chicks <- transform(read.csv("chicks.csv"), unit = Diet)
strata <- length(unique(centers$region))
waves <- list("mean y1" = c(1, 0, 0), "mean y2" = c(1, 1, 0), "mean y3" = c(1, 0, 1), "change y2" = c(0, 1, 0), "change y3" = c(0, 0, 1))
asked <- function(outcome, time, subject, unit, slope = FALSE) list(outcome = outcome, time = time, subject = subject, unit = unit, random_slope = slope)
cases <- list(
  case("centers-waves", "centers.csv", centers, score ~ wave + (1 | id), asked("score", "wave", "id", "first"), strata, waves),
  case("centers-slopes", "centers.csv", centers, score ~ month + (month | id), asked("score", "month", "id", "first", TRUE), strata),
  case("chicks-intercept", "chicks.csv", chicks, weight ~ Time + (1 | Chick), asked("weight", "Time", "Chick", "Diet"), 1),
  case("chicks-slopes", "chicks.csv", chicks, weight ~ Time + (Time | Chick), asked("weight", "Time", "Chick", "Diet", TRUE), 1))
write(toJSON(cases, digits = NA, pretty = TRUE), "robust.json")
for (one in cases) cat(one$id, one$expect$n, one$expect$units, one$expect$df, sqrt(diag(do.call(rbind, one$expect$covariance))), "model", sqrt(diag(do.call(rbind, one$expect$model_covariance))), "\n")
