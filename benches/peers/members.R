# Member job in R: data.table reads, survey estimates. Rscript members.R members.csv
suppressPackageStartupMessages({
  library(data.table)
  library(survey)
})
setDTthreads(0) # every core
items <- list(barc10 = paste0("barc10_", 1:10), k6 = paste0("k6_", 1:6))
allowed <- c(barc10 = 2, k6 = 1) # answers that may be missing
means <- c("barc10_sum", "k6_sum", "age", "years_in_recovery")
shares <- c("gender", "race", "housing")

design_columns <- c("region", "center_id", "weight", "wave")
file <- commandArgs(trailingOnly = TRUE)[1]
people <- fread(file, select = c(design_columns, "age", "years_in_recovery", shares, unlist(items, use.names = FALSE)),
                na.strings = "", data.table = FALSE)
for (id in names(items)) {
  answers <- as.matrix(people[items[[id]]])
  score <- rowMeans(answers, na.rm = TRUE) * ncol(answers)
  score[rowSums(is.na(answers)) > allowed[[id]]] <- NA
  people[[paste0(id, "_sum")]] <- score
}
people[unlist(items)] <- NULL
for (share in shares) people[[share]] <- factor(people[[share]])
design <- svydesign(ids = ~center_id, strata = ~region, weights = ~weight, data = people, nest = TRUE)

row <- function(wave, variable, level, stat, estimate, std_error) {
  data.frame(wave = wave, variable = variable, level = level, stat = stat, estimate = estimate, std_error = std_error)
}
by_wave <- function(variable, ...) svyby(reformulate(variable), ~wave, design, ..., na.rm = TRUE)
rows <- list()
for (variable in means) {
  answer <- by_wave(variable, svymean)
  rows[[length(rows) + 1]] <- row(answer$wave, variable, "", "mean", answer[[variable]], SE(answer))
}
for (variable in shares) {
  answer <- by_wave(variable, svymean)
  errors <- as.matrix(SE(answer))
  for (place in seq_len(nlevels(people[[variable]]))) {
    level <- levels(people[[variable]])[place]
    rows[[length(rows) + 1]] <- row(answer$wave, variable, level, "proportion", answer[[paste0(variable, level)]], errors[, place])
  }
}
answer <- by_wave("age", svyquantile, quantiles = 0.5, qrule = "school")
rows[[length(rows) + 1]] <- row(answer$wave, "age", "0.5", "quantile", answer$age, SE(answer))
fwrite(rbindlist(rows), quote = FALSE)
