# Minus the number of bills paid late: testbed audit rongcheng --model "cmd:awk -F, -f examples/models/late_bills.awk"
NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
{ print -$column["utility_late"] }
