# R mice on the simulated people of benches/imputation_coverage.rs: coverage, bias and half width of the mean of the number.
#   cargo bench --bench imputation_coverage -- people > people.csv
#   Rscript imputation_mice.R people.csv
suppressMessages(library(mice))
people <- read.csv(commandArgs(TRUE)[1])
truth <- 3.545757
one <- function(s) {
  own <- people[people$seed == s, -1]; own$later <- factor(own$later); n <- nrow(own)
  set.seed(s + 1)
  # columns: z, x, second, intake, later, number
  copies <- mice(own, m = 20, maxit = 10, method = c("", "", "", "", "logreg", "pmm"), printFlag = FALSE)
  all <- complete(copies, "long")
  pooled <- pool.scalar(tapply(all$number, all$.imp, mean), tapply(all$number, all$.imp, var) / n, n = n, k = 1)
  half <- qt(0.975, pooled$df) * sqrt(pooled$t)
  c(abs(pooled$qbar - truth) <= half, pooled$qbar - truth, half)
}
found <- rowMeans(sapply(unique(people$seed), one))
cat(sprintf("%d data sets: coverage %.1f%%, bias %.4f, half width %.3f\n", length(unique(people$seed)), 100 * found[1], found[2], found[3]))
