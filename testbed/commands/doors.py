"""What `testbed show` says of the ways to bring a model that was made elsewhere."""

CMD = """\
cmd:PROGRAM ARGUMENTS: a program as a model

  How it is started: anew for each set of records, without a shell, in the current folder. Words are split as a shell
    splits them: --model "cmd:awk -F, -f late.awk".
  What comes in: CSV on standard input, UTF-8, lines that end in a line feed. The first line is the header. Its first
    column is `person`, a number; then come the attributes that the institution holds, then one column per kind of
    conduct, the number of standing entries. Columns are in one order throughout a run: `testbed records SCENARIO --out
    FILE` writes such a table. A cell with a comma or a quotation mark stands in quotation marks.
  What goes out: one line per record on standard output, in the same order: the score, a finite number, higher is
    better, as -2.5 or 1e-3; or `score,decision`, with the decision -1 (adverse), 0 or 1 (favored). Without decisions
    the scenario decides from scores, by its [decide]. Empty lines are skipped. If the program fails, the last line of
    its standard error is shown.
  What ends it: the end of standard input. The program then ends by itself with status 0, within 60 seconds. Another
    status, another number of lines, a line that is no number or more than 64 bytes a record (and 4,096 more) is a
    failure of the model, and the run says so.
  It should give the same record the same score each time: worlds that differ in one entry are compared.

  In awk, late.awk:

    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { print -$column["utility_late"] - 3 * $column["judgment_default"] }

  In Perl, late.pl:

    chomp(my $header = <STDIN>);
    my @names = split /,/, $header;
    while (my $line = <STDIN>) {
        chomp $line;
        my %record;
        @record{@names} = split /,/, $line;
        print -$record{utility_late} - 3 * $record{judgment_default}, "\\n";
    }

  In R, late.R:

    records <- read.csv(file("stdin"))
    write(-records$utility_late - 3 * records$judgment_default, stdout(), ncolumns = 1)

  Try: testbed check "cmd:awk -F, -f late.awk"
       testbed audit rongcheng --model "cmd:awk -F, -f late.awk" --people 4000"""

HTTP = """\
http://127.0.0.1:PORT/PATH: a server on this machine as a model

  What is sent: POST, Content-Type text/csv, the table that `testbed show cmd` describes, up to 10,000 records at a
    time.
  What comes back: status 200 and one line per record, as from a program: a score, or score,decision.
  A server that is not there, or answers with status 429, 502, 503 or 504, is asked again after 0.1, 0.3 and 0.9
    seconds. All answers about one set of records may take 60 seconds, and have 64 bytes a record and 4,096 more. Any
    other status is a failure of the model.
  Only this machine: 127.0.0.1, ::1 or localhost. Redirects and proxies are not followed.

  A server in 30 lines of Python: examples/models/server.py
  Try: testbed audit rongcheng --model http://127.0.0.1:8000 --people 4000"""

TABLE = """\
scores.csv: a table of scores that were made elsewhere, as a model

  1. testbed records SCENARIO --people 4000 --seed 0 --out records.csv
     writes what the institution holds: one row per person in scope, in the last month, under the scenario's own scheme.
     --training writes the training society instead, with the column `outcome` that a model learns from.
  2. Add a column `score` in whatever tool you like: a finite number, higher is better. A column `decision` is taken
     too: -1 (adverse), 0 or 1 (favored). Other columns are not read, and rows may be in any order.
  3. testbed audit SCENARIO --model scores.csv --people 4000 --seed 0
     Everybody in scope needs a score. A table is about the people of one society: give the same scenario, --people and
     --seed as for the export, and not several seeds.

  Cut-offs from shares ([decide]) are those of the people in the table.
  What it cannot tell: the scores stay as they are, whatever happens to a record. What an error or any other change does
  is therefore not computed. Bring the model itself (package.module:object, cmd:, http://) to see it."""

ESTIMATORS = """\
package.module:object: an estimator of scikit-learn, or of a library that follows it, as a model

  Any classifier, regressor, outlier detector, Pipeline or search object; xgboost and lightgbm too. No wrapper is
    needed, and its own score(X, y) is never called.
  What is asked: predict_proba, else decision_function, else predict. The score is the probability of the second
    class of classes_, to nine significant digits. If that class is the bad one, say so: estimator.higher_is =
    "worse".
  Unfitted: it is fitted on the training society, with 1 for the side that [decide] learn of the scenario calls
    positive. Every random_state of None becomes 0.
  Fitted: it is used as it is. The columns that it was fitted on (feature_names_in_) are asked by name. `testbed
    records SCENARIO --training --out FILE` exports what to fit it on.
  Text: from testbed import encoded; encoded(estimator) one-hot encodes what is not a number, residence as
    residence_rural and residence_urban.
  Several rows at once: an estimator is asked once per distinct record. If its scores depend on other rows too, say
    so: estimator.row_wise = False.
  Where it runs: in a process of its own, as any model in Python: --model-timeout and --memory say what it may take.
    TESTBED_APART=no in the environment keeps it in the process of the run, for a debugger.

  fairlearn: ThresholdOptimizer, ExponentiatedGradient, GridSearch, and CorrelationRemover in a pipeline.
    The sensitive feature is the column that the estimator names (estimator.sensitive = "residence"), else the only
    attribute with groups that the institution holds; if it holds none, the estimator is refused.
    Predictions that are drawn use the addressed draws of the month, and the score is the prediction, 0 or 1.

  Try: testbed check mine:pipe
       testbed audit rongcheng --model mine:pipe --people 4000"""

DOORS = {"estimators": ESTIMATORS, "cmd": CMD, "http": HTTP, "scores.csv": TABLE}
"""What is shown, by the name that is asked for."""
