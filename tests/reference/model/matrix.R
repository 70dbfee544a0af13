# Column names of model matrices: the answers stand in the tests of src/model/terms.rs.
d <- expand.grid(g = c("p", "q", "r"), h = c("1", "2"), x = 3:4, stringsAsFactors = TRUE)
for (f in c("~ g + x", "~ g*factor(h)", "~ g:x", "~ x + g:x", "~ g + h - 1", "~ h + h:g"))
  cat(f, "|", colnames(model.matrix(as.formula(f), d)), "\n")
