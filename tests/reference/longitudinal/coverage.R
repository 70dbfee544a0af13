# What lmerTest's intervals hold where this program's hold least: 20 people with slopes who leave by their answers (coverage.md).
# Data as in tests/it/mixed_simulation.rs, with R's own random numbers. Rscript coverage.R [SEEDS]; needs lme4 and lmerTest.
suppressMessages({ library(lme4); library(lmerTest) })
seeds <- as.integer(c(commandArgs(TRUE), "4000")[1])

one <- function(seed) {
  set.seed(seed)
  rows <- list()
  for (person in 0:19) {
    z <- rnorm(2); errors <- 4 * rnorm(4); months <- c(0, 3, 6, 12); arm <- person %% 2
    intercept <- 6 * z[1]; slope <- 0.25 * (-0.3 * z[1] + sqrt(1 - 0.09) * z[2])
    for (i in 1:4) {
      y <- 30 + 0.4 * months[i] + 2 * arm + intercept + slope * months[i] + errors[i]
      if (runif(1) <= 0.05) next
      rows[[length(rows) + 1]] <- c(person, months[i], arm, y)
      if (runif(1) < 1 / (1 + exp(1.5 + 0.1 * (y - 30)))) break
    }
  }
  data <- setNames(as.data.frame(do.call(rbind, rows)), c("id", "month", "arm", "y"))
  model <- suppressMessages(suppressWarnings(lmer(y ~ month + arm + (month | id), data, control = lmerControl(check.nobs.vs.nRE = "ignore"))))
  table <- coef(summary(model))[c("month", "arm"), ]
  c(abs(table[, 1] - c(0.4, 2)) <= qt(0.975, table[, 3]) * table[, 2], isSingular(model))
}

held <- sapply(seq_len(seeds), one)
cat(sprintf("change over time %.1f%%, difference of arms %.1f%%, on an edge %.1f%% of %d\n",
            100 * mean(held[1, ]), 100 * mean(held[2, ]), 100 * mean(held[3, ]), seeds))
