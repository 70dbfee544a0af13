# Weighted intraclass correlations and the centers that a margin needs: the expected values of src/stats/centers.rs.
# Rscript centers.R > centers.json. R 4.2, survey 4.1.
# Mean squares come from a weighted lm(); their expectations from traces of the matrices of both quadratic forms; the number of
# centers from the variance of a mean, solved by uniroot(); standard deviations from svyvar().
suppressMessages(library(survey))
digits <- function(x) format(x, digits = 17)
list_of <- function(x) paste0("[", paste(sapply(x, digits), collapse = ", "), "]")
one <- function(sizes, rho, weighted) {
  k <- length(sizes); n <- sum(sizes); center <- rep(seq_len(k), sizes)
  y <- round(rnorm(k, 0, sqrt(rho))[center] + rnorm(n, 0, sqrt(1 - rho)) + 5, 4)
  w <- if (weighted) round(runif(n, 0.5, 4) * rep(runif(k, 1, 3), sizes), 3) else rep(1, n)
  squares <- anova(lm(y ~ factor(center), weights = w))[["Sum Sq"]]
  # y'By and y'Cy are these sums of squares
  z <- model.matrix(~ factor(center) - 1); d <- diag(w)
  means <- z %*% solve(t(z) %*% d %*% z) %*% t(z) %*% d
  all <- matrix(1, n, 1) %*% (w / sum(w))
  b <- t(means - all) %*% d %*% (means - all); c <- t(diag(n) - means) %*% d %*% (diag(n) - means)
  stopifnot(abs(drop(t(y) %*% b %*% y) - squares[1]) < 1e-8, abs(drop(t(y) %*% c %*% y) - squares[2]) < 1e-8)
  expected <- rbind(c(sum(diag(b %*% z %*% t(z))), sum(diag(b))), c(sum(diag(c %*% z %*% t(z))), sum(diag(c))))
  variances <- solve(expected, squares)
  correlation <- variances[1] / sum(variances)
  m <- expected[1, 1] / expected[1, 2]
  sd <- sqrt(drop(svyvar(~y, svydesign(~1, weights = ~w, data = data.frame(y, w)))))
  margin <- 0.2 * sd; r <- max(correlation, 0); centers <- 3 * k
  variance <- function(take, of) sd^2 * (r / take * (1 - take / of) + (1 - r) / (m * take))
  needed <- function(of) uniroot(function(take) variance(take, of) - (margin / qnorm(0.975))^2, c(1e-3, 1e7), tol = 1e-12)$root
  groups <- paste0("[", paste(sapply(seq_len(k), function(i) paste0("{\"values\": ", list_of(y[center == i]), ", \"weights\": ", list_of(w[center == i]), "}")), collapse = ", "), "]")
  sprintf('{"centers": %s, "intraclass": %s, "people": %s, "sd": %s, "margin": %s, "needed": %s, "of": %d, "needed_of": %s}',
          groups, digits(correlation), digits(m), digits(sd), digits(margin), digits(needed(Inf)), centers, digits(needed(centers)))
}
set.seed(11)
cases <- c(one(c(5, 5, 5, 5), 0.2, FALSE), one(c(3, 8, 1, 6, 4), 0.1, FALSE), one(c(6, 6, 6, 6, 6), 0.2, TRUE),
           one(c(2, 9, 5, 7, 1, 12, 4), 0.3, TRUE), one(c(10, 4, 15, 8), 0, TRUE))
cat("[\n", paste(cases, collapse = ",\n"), "\n]\n")
