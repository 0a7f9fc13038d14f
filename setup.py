"""The packages of the wheel: those of the tree, and the folder benchmarks/ as `testbed.benchmarks`."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[
        *find_namespace_packages(include=["synthetic", "synthetic.*", "testbed", "testbed.*"]),
        "testbed.benchmarks",
    ],
    package_dir={"testbed.benchmarks": "benchmarks"},
)
