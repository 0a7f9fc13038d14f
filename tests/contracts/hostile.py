"""Hostile models, as data: what each does, its code, and by which doors it comes.

One definition serves several doors, see `hostile_doors.py`. `head` runs when the code is loaded, `body` is that of
`score(records)`, `own` stands in the class beside it. Code for every door uses no more of the records than `len` and
`honest(records)`, which are the right scores. A program may be given whole, and a server by how it answers.
"""

from __future__ import annotations

from dataclasses import dataclass

FUNCTION, CLASS, OBJECT, PROGRAM, SERVER = DOORS = ("function", "class", "object", "cmd", "http")
PYTHON = (FUNCTION, CLASS, OBJECT)
CLASSES = (CLASS, OBJECT)
LOCAL = (*PYTHON, PROGRAM)
SLEEPER = "import time; time.sleep(10**6)"
NAMED = (FUNCTION, CLASS)
DONE, FAILED, REFUSED = 0, 1, 2
RIGHT = "return honest(records)"


@dataclass(frozen=True)
class Hostile:
    """A hostile model. `legal` and `refused`: the doors by which the run succeeds, or refuses it before it begins (else
    the model fails); `either`: those by which it may fail or succeed, and only the others count. `slow`: it is stopped
    by the limit on time; `large`: by that on memory."""

    name: str
    does: str
    body: str = RIGHT
    doors: tuple[str, ...] = DOORS
    head: str = ""
    own: str = ""
    program: str = ""
    answer: str = ""
    legal: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    slow: bool = False
    large: bool = False

    def expected(self, door: str) -> tuple[int, ...]:
        """The exit statuses that are right."""
        if door in self.either:
            return DONE, FAILED
        return (DONE if door in self.legal else REFUSED if door in self.refused else FAILED,)


ENDS = (
    Hostile("exits_0", "ends its process with status 0", "os._exit(0)"),
    Hostile("exits_1", "ends its process with status 1", "os._exit(1)"),
    Hostile("exits_3", "ends its process with status 3", "os._exit(3)"),
    Hostile("segfault", "reads memory at 0", "ctypes.string_at(0)"),
    Hostile("abort", "aborts", "os.abort()"),
    Hostile("killed", "kills itself", "os.kill(os.getpid(), signal.SIGKILL)"),
    Hostile("sys_exit", "calls sys.exit(0)", "sys.exit(0)"),
    Hostile("interrupt", "raises KeyboardInterrupt", "raise KeyboardInterrupt"),
    Hostile("sends_sigint", "sends itself SIGINT", f"os.kill(os.getpid(), signal.SIGINT); time.sleep(0.2); {RIGHT}",
            either=DOORS),
    Hostile("sends_sigterm", "sends itself SIGTERM", f"os.kill(os.getpid(), signal.SIGTERM); time.sleep(0.2); {RIGHT}"),
    Hostile("generator_exit", "raises GeneratorExit", "raise GeneratorExit"),
    Hostile("base_exception", "raises an exception that is no Exception", "raise Own",
            head="class Own(BaseException):\n    pass"),
    Hostile("exits_at_once", "ends its process when it is loaded", doors=(*NAMED, PROGRAM), head="os._exit(0)"),
    Hostile("leaves_at_once", "calls sys.exit when it is loaded", doors=(*NAMED, PROGRAM), head="sys.exit(0)",
            refused=NAMED),
    Hostile("no_import", "raises when it is loaded", doors=(*NAMED, PROGRAM), head="raise OSError('no disk')",
            refused=NAMED),
    Hostile("no_made", "raises when its class is called", doors=(CLASS,),
            own="def __init__(self):\n    raise KeyError('no settings')", refused=(CLASS,)),
)  # fmt: skip
"""Models that end, or raise what ends a program."""

RAISES = (
    Hostile("str_raises", "raises what raises when it is read", "raise Own",
            head="class Own(Exception):\n    def __str__(self):\n        raise SystemExit(0)\n    __repr__ = __str__"),
    Hostile("str_hangs", "raises what hangs when it is read", "raise Own", slow=True,
            head="class Own(Exception):\n    def __str__(self):\n        time.sleep(10**6)\n    __repr__ = __str__"),
    Hostile("args_raise", "raises what has no class, no cause and no text", "raise Own",
            head="class Own(Exception):\n    @property\n    def __class__(self):\n        raise SystemExit(0)\n"
                 "    args = __cause__ = __context__ = __traceback__ = property(__class__.fget)", doors=PYTHON),
    Hostile("text_of_10_mb", "raises with ten megabytes of text", "raise ValueError('x' * 10**7)"),
    Hostile("text_of_markup", "raises with control characters and markup",
            "raise ValueError('\\x1b[31m<script>alert(1)</script>\\r\\n\\x07' * 3)"),
    Hostile("recursion", "calls itself without end", "return score(records)", doors=(FUNCTION, PROGRAM, SERVER)),
    Hostile("deep_recursion", "overflows the stack in C",
            "sys.setrecursionlimit(10**9)\nheld = lambda: held()\nreturn held()", large=True, doors=LOCAL),
    Hostile("raises_in_thread", "raises in a thread of its own",
            f"threading.Thread(target=lambda: 1 / 0).start(); {RIGHT}", legal=DOORS),
)  # fmt: skip
"""Models that raise."""

HANGS = (
    Hostile("sleeps", "sleeps for ever", "time.sleep(10**6)", slow=True),
    Hostile("swallows", "loops, and swallows every exception", slow=True,
            body="while True:\n    try:\n        time.sleep(0.01)\n    except BaseException:\n        pass"),
    Hostile("loop_in_c", "loops in C, where no signal is seen", "return sum(iter(int, 1))", slow=True),
    Hostile("regex", "matches a regular expression for ages", "re.match('(a+)+$', 'a' * 60 + 'b')", slow=True),
    Hostile("power", "computes a number of a billion digits", "return 7 ** 10**9 % 3", slow=True),
    Hostile("ignores_signals", "ignores all signals, and sleeps", slow=True, doors=LOCAL,
            body="for one in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:\n"
                 "    signal.signal(one, signal.SIG_IGN)\ntime.sleep(10**6)"),
    Hostile("blocks_signals", "blocks all signals, and sleeps", slow=True, doors=LOCAL,
            body="signal.pthread_sigmask(signal.SIG_BLOCK, signal.Signals)\ntime.sleep(10**6)"),
    Hostile("stops", "stops itself", "os.kill(os.getpid(), signal.SIGSTOP)", slow=True, doors=LOCAL),
    Hostile("deadlock", "waits for a lock that it holds", "held = threading.Lock()\nheld.acquire()\nheld.acquire()",
            slow=True),
    Hostile("hangs_at_once", "sleeps when it is loaded", doors=(*NAMED, PROGRAM), head="time.sleep(10**6)", slow=True),
    Hostile("memory", "takes memory without end", large=True, doors=LOCAL,
            body="held = []\nwhile True:\n    held.append(b'x' * 10**7)"),
    Hostile("endless_list", "returns a sequence without end", "return Endless()", large=True, doors=PYTHON,
            head="class Endless:\n    def __len__(self):\n        return 3\n    def __getitem__(self, place):\n"
                 "        return 1.0"),
    Hostile("hangs_at_exit", "hangs when its process ends",
            f"import atexit; atexit.register(time.sleep, 10**6); {RIGHT}", legal=(*PYTHON, SERVER), slow=True),
    Hostile("waits_for_thread", "leaves a thread that never ends, with each answer", slow=True, either=PYTHON,
            legal=(SERVER,), body=f"threading.Thread(target=time.sleep, args=(10**6,)).start(); {RIGHT}"),
)  # fmt: skip
"""Models that never answer, take what there is, or never end."""

SURROUNDINGS = (
    Hostile("prints", "prints a megabyte to both streams",
            f"print('1\\n' * 500_000); print('2\\n' * 500_000, file=sys.stderr); {RIGHT}", legal=(*PYTHON, SERVER)),
    Hostile("writes_raw", "writes bytes to descriptors 1 and 2",
            f"os.write(1, b'\\xff\\x00\\x1b[31m' * 9999); os.write(2, b'\\xff\\x00\\x1b[31m' * 9999); {RIGHT}",
            legal=(*PYTHON, SERVER)),
    Hostile("chdir", "changes the current folder", f"os.chdir('/'); {RIGHT}", legal=DOORS),
    Hostile("closes_all", "closes all descriptors", f"os.closerange(0, 4096); {RIGHT}", either=(SERVER,)),
    Hostile("closes_streams", "closes its streams", f"sys.stdin.close(); sys.stdout.close(); {RIGHT}",
            legal=(*PYTHON, SERVER)),
    Hostile("patches_numpy", "patches numpy", "held = honest(records)\nnp.asarray = np.isfinite = None\nreturn held",
            doors=PYTHON, either=PYTHON),
    Hostile("patches_pandas", "patches pandas", "held = honest(records)\npd.DataFrame = pd.Index = None\nreturn held",
            doors=PYTHON, either=PYTHON),
    Hostile("patches_checks", "patches the checks of answers", doors=PYTHON,
            body="import testbed.models.answers as checks, testbed.models.asking as asking\n"
                 "checks.np = None\nasking.checked = lambda answer, *_: Scores(np.full(len(records), np.nan))\n"
                 "return [np.nan] * len(records)"),
    Hostile("patches_builtins", "patches builtins", "import builtins; held = honest(records)\n"
            "builtins.len = builtins.isinstance = lambda *_: 0\nreturn held", either=DOORS),
    Hostile("handles_signals", "sets handlers of signals and an alarm", legal=PYTHON, either=(PROGRAM,), doors=LOCAL,
            body="for one in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):\n"
                 f"    signal.signal(one, lambda *_: None)\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\n{RIGHT}"),
    Hostile("limits_itself", "takes all resources from its process", doors=LOCAL, either=LOCAL,
            body="import resource\nfor one in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_STACK):\n"
                 f"    resource.setrlimit(one, (0, 0))\n{RIGHT}"),
    Hostile("leaves_child", "leaves a process that holds its streams",
            f"subprocess.Popen([sys.executable, '-c', '{SLEEPER}']); {RIGHT}",
            doors=LOCAL, legal=LOCAL),
    Hostile("leaves_session", "leaves a process in a session of its own", doors=LOCAL, legal=LOCAL,
            body=f"subprocess.Popen([sys.executable, '-c', '{SLEEPER}'], start_new_session=True,\n"
                 f"                 stdin=-3, stdout=-3, stderr=-3)\n{RIGHT}"),
    Hostile("leaves_daemon", "leaves a daemon by a double fork", doors=LOCAL, legal=LOCAL,
            body="if not os.fork():\n    os.setsid()\n    if not os.fork():\n        time.sleep(10**6)\n"
                 f"    os._exit(0)\nos.wait()\n{RIGHT}"),
    Hostile("dies_with_daemon", "ends its process and leaves a daemon", doors=LOCAL,
            body="if not os.fork():\n    os.setsid()\n    time.sleep(10**6)\nos._exit(0)"),
    Hostile("forks", "answers twice, from a copy of its process", f"os.fork(); {RIGHT}", doors=LOCAL,
            either=PYTHON),
)  # fmt: skip
"""Models that change what is around them, or leave something behind."""

RECORDS = (
    Hostile("overwrites", "overwrites its records", doors=PYTHON, legal=PYTHON,
            body="held = honest(records)\nfor name in records.columns:\n    records[name] = 0\nreturn held"),
    Hostile("sorts", "sorts its records in place", doors=PYTHON,
            body="records.sort_values('utility_late', inplace=True)\nreturn honest(records)"),
    Hostile("other_index", "changes the index of its records", doors=PYTHON,
            body="records.index = records.index[::-1]\nreturn honest(records)"),
    Hostile("reseeds", "changes the global random states", f"random.seed(0); np.random.seed(0); {RIGHT}",
            doors=PYTHON, legal=PYTHON),
    Hostile("by_call", "scores by the number of the call", "calls.append(1)\nreturn honest(records) + len(calls)",
            head="calls = []", doors=PYTHON),
)  # fmt: skip
"""Models that change what they are given."""


def answers(name: str, does: str, value: str, head: str = "", legal: tuple[str, ...] = ()) -> Hostile:
    """A model that gives a wrong answer."""
    return Hostile(name, does, f"n = len(records); score = honest(records); return {value}", PYTHON, head, legal=legal)


ANSWERS = (
    answers("short", "returns one score too few", "score[1:]"),
    answers("long", "returns one score too many", "[*score, 1.0]"),
    answers("two_d", "returns a column", "score[:, None]"),
    answers("scalar", "returns one number", "1.5"),
    answers("none", "returns None", "None"),
    answers("text", "returns text", "'1' * n"),
    answers("texts", "returns numbers as text", "[str(one) for one in score]"),
    answers("bytes", "returns bytes", "bytes(n)"),
    answers("complex", "returns complex numbers", "score + 0j"),
    answers("masked", "returns an array with a mask", "np.ma.masked_equal(score, score[0])"),
    answers("objects", "returns objects", "[object() for _ in range(n)]"),
    answers("nan", "returns NaN", "np.where(np.arange(n) == 7, np.nan, score)"),
    answers("inf", "returns infinity", "np.where(np.arange(n) == 7, np.inf, score)"),
    answers("minus_inf", "returns minus infinity", "np.where(np.arange(n) == 7, -np.inf, score)"),
    answers("huge", "returns integers beyond float64", "[10**400] * n"),
    answers("endless_digits", "returns integers whose digits cannot be written", "[10**5000] * n"),
    answers("decimals", "returns decimals", "[__import__('decimal').Decimal(1)] * n"),
    answers("times", "returns times", "np.array(['2020-01-01'] * n, 'datetime64[s]')"),
    answers("dict", "returns a dict", "dict(enumerate(score))"),
    answers("generator", "returns a generator", "(one for one in score)"),
    answers("frame", "returns a table", "pd.DataFrame({'score': score}, index=records.index)"),
    answers("other_people", "returns a Series of other people", "pd.Series(score, index=records.index + 1)"),
    answers("missing", "returns a Series with a missing value",
            "pd.Series(score, index=records.index, dtype='Float64').where(score < 0)"),
    answers("array_raises", "returns what raises when it is read", "Own()",
            head="class Own:\n    def __array__(self, *_, **__):\n        raise SystemExit(0)"),
    answers("class_raises", "returns what has no class", "Own()",
            head="class Own:\n    @property\n    def __class__(self):\n        raise SystemExit(0)"),
    answers("evil_array", "returns an array whose methods leave", "score.view(Own)", legal=PYTHON,
            head="class Own(np.ndarray):\n    def astype(self, *_, **__):\n        os._exit(3)\n"
                 "    tolist = copy = all = any = __getitem__ = __iter__ = __len__ = __reduce__ = astype"),
    answers("evil_floats", "returns floats that leave when they are read", "[Own(one) for one in score]",
            head="class Own(float):\n    def __float__(self):\n        raise SystemExit(0)"),
    answers("pickled", "returns what runs a program when it is unpickled", "[Own() for _ in score]",
            head="class Own:\n    def __reduce__(self):\n        return os.system, ('echo reduced >&2; kill $PPID',)"),
    answers("evil_scores", "returns Scores that leave when they are read", "Own(score)",
            head="class Own(Scores):\n    @property\n    def decision(self):\n        os._exit(3)\n"
                 "    @decision.setter\n    def decision(self, value):\n        pass\n"
                 "    def __init__(self, score):\n        object.__setattr__(self, 'score', score)"),
    answers("decision_2", "decides 2", "Scores(score, np.full(n, 2))"),
    answers("decision_half", "decides 0.5", "Scores(score, np.full(n, 0.5))"),
    answers("decision_nan", "decides NaN", "Scores(score, np.full(n, np.nan))"),
    answers("decision_text", "decides in words", "Scores(score, ['good'] * n)"),
    answers("decision_short", "decides on nobody", "Scores(score, np.zeros(0, np.int8))"),
    answers("no_columns", "gives reasons without columns", "Scores(score, reasons=pd.DataFrame({'person': [0]}))"),
    answers("no_table", "gives reasons that are no table", "Scores(score, reasons=['late'])"),
    answers("foreign", "gives reasons to people it was not asked about",
            "Scores(score, reasons=pd.DataFrame({'person': [-5], 'rule': ['late'], 'contribution': [1.0]}))"),
    answers("nan_reasons", "gives reasons of NaN points", "Scores(score, reasons=pd.DataFrame({'person': "
            "records.index[:1], 'rule': ['late'], 'contribution': [np.nan]}))"),
    answers("loud_rules", "gives reasons that leave when they are read", "Scores(score, reasons=pd.DataFrame({"
            "'person': records.index[:1], 'rule': pd.Series([Own()], dtype=object), 'contribution': [1.0]}))",
            head="class Own:\n    def __str__(self):\n        os._exit(3)\n    __repr__ = __str__"),
)  # fmt: skip
"""Models whose answers are none."""

DECLARED = (
    Hostile("not_callable", "has a score that cannot be called", doors=CLASSES, refused=CLASSES,
            own="def __init__(self):\n    self.score = 3"),
    Hostile("property_raises", "has a property that raises", doors=CLASSES, refused=CLASSES,
            own="@property\ndef higher_is(self):\n    raise SystemExit(0)"),
    Hostile("property_exits", "has a property that ends its process", doors=CLASSES,
            own="@property\ndef row_wise(self):\n    os._exit(0)"),
    Hostile("no_attribute", "ends its process for every name that it lacks", doors=CLASSES,
            own="def __getattr__(self, name):\n    os._exit(0)"),
    Hostile("needs_nonsense", "needs what there is not", doors=CLASSES, own="needs = ('income',)", refused=CLASSES),
    Hostile("needs_itself", "needs an object", doors=CLASSES, own="needs = object()", refused=CLASSES),
    Hostile("higher_nonsense", "says that a higher score is both", doors=CLASSES, own="higher_is = 'both'",
            refused=CLASSES),
    Hostile("row_wise_nonsense", "says that it is perhaps row-wise", doors=CLASSES, own="row_wise = 'perhaps'",
            refused=CLASSES),
    Hostile("reads_nonsense", "reads a column that there is not", doors=CLASSES, own="row_wise, reads = True, ('x',)",
            refused=CLASSES),
    Hostile("named_markup", "has a name of markup and control characters", doors=CLASSES, legal=CLASSES,
            own="name = '\\x1b[31m<script>alert(1)</script>\\r\\n=cmd()'"),
    Hostile("long_name", "has a name of a megabyte", doors=CLASSES, legal=CLASSES, own="name = 'x' * 10**6"),
    Hostile("fit_none", "fits, and returns nothing", doors=CLASSES, own="def fit(self, records, outcomes):\n    pass"),
    Hostile("fit_raises", "raises when it is fitted", doors=CLASSES,
            own="def fit(self, records, outcomes):\n    raise ValueError('singular')"),
    Hostile("fit_exits", "ends its process when it is fitted", doors=CLASSES,
            own="def fit(self, records, outcomes):\n    os._exit(0)"),
    Hostile("fit_hangs", "hangs when it is fitted", doors=CLASSES, slow=True,
            own="def fit(self, records, outcomes):\n    time.sleep(10**6)"),
    Hostile("no_copy", "cannot be copied", doors=CLASSES,
            own="def fit(self, records, outcomes):\n    return self\ndef __deepcopy__(self, memo):\n    os._exit(0)"),
    Hostile("no_pickle", "ends its process when it is pickled", doors=(CLASS,), legal=(CLASS,),
            own="def __reduce_ex__(self, protocol):\n    os._exit(0)"),
    Hostile("evil_pickle", "ends the process that unpickles it", doors=(OBJECT,),
            own="def __reduce__(self):\n    return os._exit, (0,)"),
    Hostile("sum_is_off", "has reasons that do not add up, and says they do", doors=CLASSES,
            body="return 1 / (1 + np.exp(-honest(records)))",
            own="row_wise, additive, base = True, True, 1.0\ndef reasons(self, records):\n    return pd.DataFrame({"
                "'person': records.index, 'rule': 'utility_late', 'contribution': honest(records)})"),
    Hostile("base_is_text", "has reasons that add up to text", doors=CLASSES,
            own="additive, base = True, 'low'\ndef reasons(self, records):\n    return pd.DataFrame({"
                "'person': records.index, 'rule': 'utility_late', 'contribution': honest(records)})"),
    Hostile("reasons_exit", "ends its process when it is asked for reasons", doors=CLASSES,
            own="def reasons(self, records):\n    os._exit(0)"),
)  # fmt: skip
"""Models that are hostile in what they declare."""


def program(name: str, does: str, code: str, **given: object) -> Hostile:
    """A program that is hostile in what it writes."""
    return Hostile(name, does, program=code, doors=(PROGRAM,), **given)  # type: ignore[arg-type]


LINES = "records = list(csv.DictReader(sys.stdin)); n = len(records); right = honest(records)\n"

PROGRAMS = (
    program("no_lines", "writes nothing", LINES),
    program("too_many_lines", "writes a line too many", LINES + "print(*right, 1, sep='\\n')"),
    program("long_line", "writes ten megabytes without a line feed", LINES + "print('1' * 10**7, end='')"),
    program("endless_output", "writes without end", "while True: print('1' * 1000)"),
    program("endless_stderr", "writes to standard error without end", slow=True,
            code="while True: print('1' * 1000, file=sys.stderr)"),
    program("binary", "writes bytes that are no text", LINES + "os.write(1, bytes(range(256)) * n)"),
    program("underscores", "writes 1_000", LINES + "print(*['1_000'] * n, sep='\\n')"),
    program("other_digits", "writes Arabic-Indic digits", LINES +
            "sys.stdout.buffer.write('\u0661\\n'.encode() * n)"),
    program("hexadecimal", "writes 0x10", LINES + "print(*['0x10'] * n, sep='\\n')"),
    program("writes_nan", "writes nan", LINES + "print(*['nan'] * n, sep='\\n')"),
    program("writes_inf", "writes 1e999", LINES + "print(*['1e999'] * n, sep='\\n')"),
    program("three_columns", "writes three columns", LINES + "print(*['1,0,1'] * n, sep='\\n')"),
    program("ragged", "writes decisions for some", LINES + "print(*['1,0'] * (n - 1), '1', sep='\\n')"),
    program("decides_2", "writes the decision 2", LINES + "print(*['1,2'] * n, sep='\\n')"),
    program("exit_7", "ends with status 7 after right answers", LINES + "print(*right, sep='\\n'); sys.exit(7)"),
    program("killed_after", "is killed after right answers",
            LINES + "print(*right, sep='\\n', flush=True); os.kill(os.getpid(), 9)"),
    program("closes_stdin", "closes its input at once", "os.close(0); time.sleep(0.2)"),
    program("never_reads", "never reads its input", "time.sleep(10**6)", slow=True),
    program("never_ends", "closes its output and sleeps",
            LINES + "print(*right, sep='\\n', flush=True); os.close(1); time.sleep(10**6)", slow=True),
    program("holds_stdout", "ends, and leaves a process that holds its output", legal=(PROGRAM,),
            code=LINES + "print(*right, sep='\\n', flush=True)\n"
            f"subprocess.Popen([sys.executable, '-c', '{SLEEPER}'], stdin=-3)"),
)  # fmt: skip


def server(name: str, does: str, code: str, **given: object) -> Hostile:
    """A server that is hostile in how it answers. `self` is the handler, `right` the right answer."""
    return Hostile(name, does, answer=code, doors=(SERVER,), **given)  # type: ignore[arg-type]


OK = "self.send_response(200); self.end_headers(); "

SERVERS = (
    server("drips", "sends a byte a second", OK + "\nfor _ in range(10**6): self.wfile.write(b'1'); time.sleep(0.3)",
           slow=True),
    server("drips_head", "sends its header a byte at a time", slow=True,
           code="for one in b'HTTP/1.0 200 OK\\r\\nX: ' * 99: self.wfile.write(bytes([one])); time.sleep(0.3)"),
    server("endless_head", "sends headers without end",
           "\nwhile True: self.wfile.write(b'HTTP/1.0 200 OK\\r\\nX: x\\r\\n')"),
    server("endless_body", "sends a body without end", OK + "\nwhile True: self.wfile.write(b'1\\n' * 999)"),
    server("continues", "sends 100 Continue without end",
           "\nwhile True: self.wfile.write(b'HTTP/1.1 100 Continue\\r\\n\\r\\n')", slow=True),
    server("hangs", "never answers", "time.sleep(10**6)", slow=True),
    server("redirects", "redirects to another machine",
           "self.send_response(302); self.send_header('Location', 'http://example.com/'); self.end_headers()"),
    server("promises_more", "promises more bytes than it sends",
           "self.send_response(200); self.send_header('Content-Length', '9999999'); self.end_headers()\n"
           "self.wfile.write(right)"),
    server("promises_less", "promises fewer bytes than it sends",
           "self.send_response(200); self.send_header('Content-Length', '10'); self.end_headers()\n"
           "self.wfile.write(right)"),
    server("chunks", "sends a chunk of no size",
           "self.wfile.write(b'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n1\\n\\r\\n')"),
    server("error_500", "answers with status 500", "self.send_error(500)"),
    server("busy", "says that it is busy, each time", "self.send_error(503)"),
    server("hangs_up", "closes the connection", "self.connection.close()"),
    server("no_http", "does not speak HTTP", "self.wfile.write(b'\\x00\\xff\\x1b[31m hello\\r\\n\\r\\n')"),
    server("says_page", "answers with a page of markup", OK + "self.wfile.write(b'<script>alert(1)</script>\\n')"),
    server("says_1_000", "answers with 1_000", OK + "self.wfile.write(b'1_000\\n' * right.count(b'\\n'))"),
)  # fmt: skip

HOSTILE = (*ENDS, *RAISES, *HANGS, *SURROUNDINGS, *RECORDS, *ANSWERS, *DECLARED, *PROGRAMS, *SERVERS)
BY_NAME = {one.name: one for one in HOSTILE}
