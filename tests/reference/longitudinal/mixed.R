# Answers of lme4 1.1-31, lmerTest 3.1-3 and emmeans 1.8.4 (R 4.2.2) to the questions in `mixed_more.json`, and their data.
# Rscript mixed.R   (in this folder; writes the data files and mixed_more.json)
suppressMessages({ library(lme4); library(lmerTest); library(emmeans); library(jsonlite) })
options(digits = 17, contrasts = c("contr.treatment", "contr.treatment"))
emm_options(lmerTest.limit = 1e5, pbkrtest.limit = 0)
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-10, maxfun = 2e5), calc.derivs = FALSE,
                       check.conv.singular = "ignore", check.nobs.vs.nRE = "stop")
write <- function(data, file) write.csv(data, file, row.names = FALSE, quote = FALSE, na = "")

# Data that are published with R: growth of chicks (Crowder and Hand 1990), of children's jaws (Potthoff and Roy 1964).
chicks <- data.frame(weight = ChickWeight$weight, Time = ChickWeight$Time, Chick = as.character(ChickWeight$Chick),
                     Diet = paste0("d", ChickWeight$Diet))
write(chicks, "chicks.csv")
jaws <- data.frame(distance = nlme::Orthodont$distance, age = nlme::Orthodont$age, Subject = as.character(nlme::Orthodont$Subject),
                   Sex = as.character(nlme::Orthodont$Sex))
write(jaws, "jaws.csv")

# Simulated: 90 people, up to four waves, arms, an age, answers that are missing, people who leave; nobody is real.
set.seed(20241122)
people <- data.frame(id = sprintf("P%03d", 1:90), arm = sample(c("peer", "usual"), 90, TRUE), age = round(rnorm(90, 41, 11)), own = rnorm(90, 0, 6))
waves <- merge(people, data.frame(wave = c("baseline", "month03", "month06", "month12"), month = c(0, 3, 6, 12), rise = c(0, 2.1, 3.4, 3.9)))
waves$score <- round(28 + waves$own + waves$rise + 0.2 * waves$month * (waves$arm == "peer") - 0.08 * (waves$age - 41) + rnorm(nrow(waves), 0, 4), 2)
waves <- waves[order(waves$id, waves$month), ]
waves <- waves[waves$month <= sample(c(0, 3, 6, 12, 12, 12), 90, TRUE)[match(waves$id, people$id)], ]
waves$score[sample(nrow(waves), 12)] <- NA
waves$age[sample(nrow(waves), 4)] <- NA
waves$year <- 2020 + waves$month / 12
waves <- waves[, c("id", "wave", "month", "year", "arm", "age", "score")]
write(waves, "waves.csv")

# Simulated so that the likelihood is largest on an edge: no variance between people; slopes on one line with intercepts.
edge <- expand.grid(t = 0:3, id = 1:40)
flat <- transform(edge, y = round(10 + 0.5 * t + rnorm(160) - ave(rnorm(160), id) * 0.9, 3))
flat$y <- round(flat$y - 0.95 * (ave(flat$y, flat$id) - mean(flat$y)), 3)
write(flat, "flat.csv")
own <- rnorm(40)
line <- transform(edge, y = round(5 + own[id] * (1 + 0.6 * t) + 0.3 * t + rnorm(160, 0, 1.2), 3))
write(line, "line.csv")

number <- function(x) if (is.null(x) || is.na(x)) NULL else unbox(as.numeric(x))
case <- function(id, file, data, formula, ask, means = NULL) {
  model <- suppressMessages(lmer(formula, data, REML = TRUE, control = control))
  table <- as.data.frame(coef(summary(model)))
  random <- as.data.frame(VarCorr(model))
  of <- function(one, two) random$vcov[random$var1 %in% one & (if (is.na(two)) is.na(random$var2) else random$var2 %in% two)]
  has_slope <- nrow(random) == 4
  expect <- list(
    fixed = lapply(rownames(table), function(term) {
      row <- table[term, ]
      list(term = unbox(term), estimate = number(row$Estimate), se = number(row$`Std. Error`), df = number(row$df), t = number(row$`t value`), p = number(row$`Pr(>|t|)`))
    }),
    variance = list(intercept = number(random$vcov[1]), slope = if (has_slope) number(random$vcov[2]), covariance = if (has_slope) number(random$vcov[3]), residual = number(sigma(model)^2)),
    reml_loglik = number(as.numeric(logLik(model))), n = number(nobs(model)), subjects = number(ngrps(model)), singular = unbox(isSingular(model)))
  tests <- as.data.frame(anova(model, type = "III", ddf = "Satterthwaite"))
  if (!is.null(ask$joint)) {
    L <- t(sapply(ask$joint, function(term) as.numeric(names(fixef(model)) == term)))
    joint <- contestMD(model, L)
    expect$joint <- list(f = number(joint$`F value`), df = number(joint$NumDF), df2 = number(joint$DenDF), p = number(joint$`Pr(>F)`))
  }
  if (!is.null(means)) expect$means <- means(model)
  list(id = unbox(id), data = unbox(file), ask = lapply(ask, function(x) if (length(x) == 1) unbox(x) else x), expect = expect)
}
# Means of each wave with the covariates at their means over people, each person once.
of_waves <- function(data) function(model) {
  used <- model.frame(model)
  kept <- used[!duplicated(used$id), ]
  lapply(levels(factor(used$wave)), function(level) {
    X <- model.matrix(delete.response(terms(model)), transform(kept, wave = factor(level, levels(factor(used$wave)))))
    one <- contest(model, colMeans(X), joint = FALSE, level = 0.95)
    list(level = unbox(level), estimate = number(one$Estimate), se = number(one$`Std. Error`), df = number(one$df), low = number(one$lower), high = number(one$upper))
  })
}
sleep <- read.csv("sleepstudy.csv"); uneven <- read.csv("sleepstudy_unbalanced.csv")
waves <- read.csv("waves.csv", na.strings = "")
waves$wave <- factor(waves$wave); waves$arm <- factor(waves$arm)
cases <- list(
  case("sleep-intercept", "sleepstudy.csv", sleep, Reaction ~ Days + (1 | Subject), list(outcome = "Reaction", time = "Days", subject = "Subject")),
  case("sleep-slope", "sleepstudy.csv", sleep, Reaction ~ Days + (Days | Subject), list(outcome = "Reaction", time = "Days", subject = "Subject", random_slope = TRUE)),
  case("sleep-uneven", "sleepstudy_unbalanced.csv", uneven, Reaction ~ Days + (Days | Subject), list(outcome = "Reaction", time = "Days", subject = "Subject", random_slope = TRUE)),
  case("chicks-intercept", "chicks.csv", chicks, weight ~ Time + Time * Diet + (1 | Chick), list(outcome = "weight", time = "Time", subject = "Chick", fixed = "Time*Diet", joint = c("Time:Dietd2", "Time:Dietd3", "Time:Dietd4"))),
  case("chicks-slope", "chicks.csv", chicks, weight ~ Time + Time * Diet + (Time | Chick), list(outcome = "weight", time = "Time", subject = "Chick", fixed = "Time*Diet", random_slope = TRUE, joint = c("Time:Dietd2", "Time:Dietd3", "Time:Dietd4"))),
  case("jaws-slope", "jaws.csv", jaws, distance ~ age * Sex + (age | Subject), list(outcome = "distance", time = "age", subject = "Subject", fixed = "age*Sex", random_slope = TRUE)),
  case("jaws-ages", "jaws.csv", jaws, distance ~ factor(age) + Sex + (1 | Subject), list(outcome = "distance", time = "factor(age)", subject = "Subject", fixed = "Sex", joint = c("factor(age)10", "factor(age)12", "factor(age)14"))),
  case("waves", "waves.csv", waves, score ~ wave + (1 | id), list(outcome = "score", time = "wave", subject = "id", joint = c("wavemonth03", "wavemonth06", "wavemonth12")), of_waves(waves)),
  case("waves-arms", "waves.csv", waves, score ~ wave + wave * arm + (1 | id), list(outcome = "score", time = "wave", subject = "id", fixed = "wave*arm", joint = c("wavemonth03:armusual", "wavemonth06:armusual", "wavemonth12:armusual")), of_waves(waves)),
  case("waves-month-age", "waves.csv", waves, score ~ month + age + month * arm + (month | id), list(outcome = "score", time = "month", subject = "id", fixed = "age + month*arm", random_slope = TRUE)),
  case("flat", "flat.csv", flat, y ~ t + (1 | id), list(outcome = "y", time = "t", subject = "id")),
  case("line", "line.csv", line, y ~ t + (t | id), list(outcome = "y", time = "t", subject = "id", random_slope = TRUE)))
writeLines(toJSON(cases, digits = NA, pretty = TRUE, null = "null", auto_unbox = FALSE), "mixed_more.json")
for (one in cases) cat(one$id, one$expect$singular, unlist(one$expect$variance), one$expect$reml_loglik, "\n")
