"""Mutants of the engines that change no answer, and why; those of the list are not asked about."""

from __future__ import annotations

from collections.abc import Mapping

WHY: Mapping[str, str] = {}
