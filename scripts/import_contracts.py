"""An import-linter contract for "this package may import these, and nothing else".

import-linter can forbid named modules, which leaves everything that nobody thought of
allowed. The rows of the architecture's table are closed lists, so this contract reads
them as such: direct imports of a package's modules must stay inside the package, in the
standard library or in the list. Chains need no extra rule, since each package on a
chain has a row of its own.
"""

from __future__ import annotations

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expression_to_modules


class MayImportContract(Contract):
    """Modules of ``modules`` import only from ``allowed``, themselves and the standard library."""

    type_name = "may_import"

    modules = fields.SetField(subfield=fields.ModuleExpressionField())
    allowed = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect each import that leaves the list; ``verbose`` changes nothing here."""
        allowed: list[str] = list(self.allowed)  # pyright: ignore[reportArgumentType]
        strays = [
            stray
            for package in self._packages(graph)
            for stray in _strays(graph, package, [package, *allowed])
        ]
        return ContractCheck(kept=not strays, metadata={"strays": sorted(strays)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line per stray import."""
        for importer, line, imported in check.metadata["strays"]:
            output.print_error(f"{importer} is not allowed to import {imported} (l.{line})")

    def _packages(self, graph: ImportGraph) -> list[str]:
        expressions: Any = self.modules
        return sorted(
            module.name
            for expression in expressions
            for module in module_expression_to_modules(graph, expression, as_packages=False)
        )


def _strays(graph: ImportGraph, package: str, allowed: list[str]) -> list[tuple[str, int, str]]:
    """Imports of ``package`` that leave ``allowed``, as importer, line, imported."""
    found: list[tuple[str, int, str]] = []
    for importer in {package, *graph.find_descendants(package)}:
        for imported in graph.find_modules_directly_imported_by(importer):
            if not _is_allowed(imported, allowed):
                details = graph.get_import_details(importer=importer, imported=imported)
                found.extend((importer, detail["line_number"], imported) for detail in details)
    return found


def _is_allowed(imported: str, allowed: list[str]) -> bool:
    root = imported.partition(".")[0]
    # The root package holds the version and imports nothing.
    if root in sys.stdlib_module_names or imported == "claw":
        return True
    return any(imported == name or imported.startswith(f"{name}.") for name in allowed)
