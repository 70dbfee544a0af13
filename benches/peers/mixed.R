# Times of lme4 on 100,000 people in three waves: `Rscript mixed.R`. Prints seconds of each fit alone, without reading.
# Writes big.csv, on which recovista is timed: recovista fit mixed big.csv --outcome y --time t --subject id --fixed arm [--random-slope]
library(lme4)
set.seed(1)
people <- 100000
data <- data.frame(id = rep(seq_len(people), each = 3), t = rep(0:2, people))
data$arm <- data$id %% 2
own <- matrix(rnorm(2 * people), people) %*% diag(c(6, 1))
data$y <- round(30 + 1.2 * data$t + own[data$id, 1] + own[data$id, 2] * data$t + rnorm(nrow(data), 0, 4), 3)
write.csv(data, "big.csv", row.names = FALSE, quote = FALSE)
data$id <- factor(data$id)
for (formula in c(y ~ t + arm + (1 | id), y ~ t + arm + (t | id))) for (turn in 1:3) {
  seconds <- system.time(model <- lmer(formula, data))
  cat(deparse(formula), "elapsed", seconds[["elapsed"]], "processor", seconds[["user.self"]] + seconds[["sys.self"]],
      "log likelihood", format(c(logLik(model)), digits = 12), "\n")
}
