# Cases of Rubin's rules with the degrees of freedom of Barnard and Rubin, by R mice 3.15: Rscript pooled.R > pooled.json
library(mice)
set.seed(5)
number <- function(x) if (is.infinite(x)) "null" else format(x, digits = 17)
list_of <- function(x) paste0("[", paste(sapply(x, number), collapse = ", "), "]")
one <- function(m, spread, complete) {
  q <- rnorm(m, 0.1, spread); u <- runif(m, 0.0004, 0.0009)
  # pool.scalar wants the size of the sample: with one coefficient its complete degrees of freedom are n - 1
  p <- pool.scalar(q, u, n = complete + 1, k = 1)
  sprintf('{"q": %s, "u": %s, "complete_df": %s, "qbar": %s, "ubar": %s, "b": %s, "t": %s, "df": %s}',
          list_of(q), list_of(u), number(complete), number(p$qbar), number(p$ubar), number(p$b), number(p$t), number(p$df))
}
cat("[\n", paste(c(one(5, 0.02, 90), one(20, 0.01, 700), one(20, 0.05, 35), one(3, 0.001, 1000), one(40, 0.03, Inf)), collapse = ",\n"), "\n]\n")
