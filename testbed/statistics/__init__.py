"""What is done around measures: counts, intervals, comparisons, correction, and the rows they make."""

from testbed.statistics.correction import correct as correct
from testbed.statistics.counts import CellRate as CellRate
from testbed.statistics.counts import Rate as Rate
from testbed.statistics.splitting import Across as Across
from testbed.statistics.splitting import Against as Against
from testbed.statistics.splitting import expand as expand
