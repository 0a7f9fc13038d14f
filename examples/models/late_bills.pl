# Minus the number of bills paid late: testbed audit rongcheng --model "cmd:perl examples/models/late_bills.pl"
use strict;
use warnings;

chomp(my $header = <STDIN>);
my @names = split /,/, $header;
while (my $line = <STDIN>) {
    chomp $line;
    my %record;
    @record{@names} = split /,/, $line;
    print -$record{utility_late}, "\n";
}
