# Minus the number of bills paid late: testbed audit rongcheng --model "cmd:Rscript examples/models/late_bills.R"
records <- read.csv(file("stdin"))
write(-records$utility_late, stdout(), ncolumns = 1)
