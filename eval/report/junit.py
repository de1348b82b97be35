"""A run as JUnit XML, which every CI can show: one test suite a suite, one test a conversation and a gate."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from eval.report.markdown import told
from eval.result import Run

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def junit(run: Run) -> str:
    root = ElementTree.Element("testsuites", name=f"wenzhen eval {run.target}")
    for suite in run.suites:
        failed = sum(not one.passed and not one.error for one in suite.results)
        errors = sum(bool(one.error) for one in suite.results)
        gates = sum(not gate.passed for gate in suite.gates)
        node = ElementTree.SubElement(
            root,
            "testsuite",
            name=suite.suite.name,
            tests=str(len(suite.results) + len(suite.gates)),
            failures=str(failed + gates),
            errors=str(errors),
            skipped=str(suite.left_out),
        )
        for gate in suite.gates:
            case = ElementTree.SubElement(
                node, "testcase", classname=f"{suite.suite.name}.gates", name=gate.gate.name
            )
            if not gate.passed:
                ElementTree.SubElement(case, "failure", message=told(gate.measure, gate.gate.metric))
        for one in suite.results:
            name = one.sample.id + (f" epoch {one.epoch + 1}" if one.epoch else "")
            seconds = sum(a.reply.trace.timings_ms.get("total", 0.0) for a in one.answers) / 1000
            case = ElementTree.SubElement(
                node, "testcase", classname=suite.suite.name, name=name, time=f"{seconds:.3f}"
            )
            if not one.passed:
                kind = "error" if one.error else "failure"
                fault = ElementTree.SubElement(case, kind, message=_clean(one.failures[0]))
                fault.text = _clean(
                    "\n".join(one.failures)
                    + "".join(f"\n\n> {answer.said}\n{answer.reply.text}" for answer in one.answers)
                )
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _CONTROL.sub("", text)
