"""What stands on the paper: the truth that analyses are held against, and how the two are compared."""

import pathlib
import re
from typing import NamedTuple

from .server import REPOSITORY

SAMPLES = REPOSITORY.parent / "shared" / "samples"
SCANNED_REPORT = SAMPLES / "investigationlabreports.pdf"
RADIOLOGY_REPORT = SAMPLES / "cervical-spine-mri-sample-report-1.pdf"
RADIOLOGY_IMAGE = SAMPLES / "radiology.jpeg"


class Value(NamedTuple):
    page: int
    name: str
    value: str
    unit: str
    reference_range: str
    status: str


# Typed from the three printed pages, line by line.
SCANNED_VALUES = [
    Value(1, "Plasma GLUCOSE- Random (Hexokinase)", "78", "mg/dl", "70-140", "normal"),
    Value(1, "BUN (Urease/GLDH)", "9.81", "mg/dl", "6.00-20.00", "normal"),
    Value(1, "SERUM CREATININE (mod.Jaffe)", "0.86", "mg/dl", "0.90-1.30", "low"),
    Value(1, "*eGFR(Calculated)", "115.5", "ml/min/1.73sq.m", ">60.0", "normal"),
    Value(1, "SERUM SODIUM (Indirect ISE)", "139.0", "mmol/l", "136.0-145.0", "normal"),
    Value(1, "SERUM POTASSIUM (Indirect ISE)", "4.01", "mmol/l", "3.50-5.10", "normal"),
    Value(1, "SERUM CHLORIDE (Indirect ISE)", "104.7", "mmol/L", "98.0-107.0", "normal"),
    Value(1, "SERUM BICARBONATE(Enzymatic PEP-MD)", "24.4", "mmol/L", "21.0-31.0", "normal"),
    Value(1, "UREA", "21.0", "mg/dl", "17.0-43.0", "normal"),
    Value(2, "Troponin-I High sensitivity (hs -TnI)", "1.30", "ng/L", "<17.50", "normal"),
    Value(3, "WBC Count(TC) (Coulter Principle)", "8800", "/cu.mm", "4400-11000", "normal"),
    Value(3, "RBC Count (Electrical impedance)", "5.37", "million/cu.mm", "4.50-5.50", "normal"),
    Value(3, "Haemoglobin (Photometric)", "15.1", "g/dl", "13.0-17.0", "normal"),
    Value(3, "Haematocrit (Calculated)", "44.1", "%", "40.0-50.0", "normal"),
    Value(3, "MCV (Derived)", "82.1", "fl", "83.0-101.0", "low"),
    Value(3, "MCH (Calculated)", "28.2", "pg", "27.0-32.0", "normal"),
    Value(3, "MCHC (Calculated)", "34.3", "g/dl", "31.5-34.5", "normal"),
    Value(3, "Platelet Count (Electrical impedance)", "188000", "/ cu.mm", "150000-400000", "normal"),
    Value(3, "RDW (CV) (Derived)", "14.0", "%", "11.6-14.0", "normal"),
    Value(3, "MPV (Derived)", "11.00", "fL", "7.00-12.00", "normal"),
    Value(3, "Neutrophils", "63.1", "%", "40.0-75.0", "normal"),
    Value(3, "Lymphocytes", "30.5", "%", "20.0-45.0", "normal"),
    Value(3, "Monocytes", "6.0", "%", "2.0-10.0", "normal"),
    Value(3, "Eosinophils", "0.3", "%", "0.0-7.0", "normal"),
    Value(3, "Basophils", "0.1", "%", "0.0-1.0", "normal"),
    Value(3, "Neutrophil Absolute", "5552.8", "/cu mm", "2000.0-7000.0", "normal"),
    Value(3, "Lymphocyte Absolute", "2684.0", "/cu mm", "1000.0-3000.0", "normal"),
    Value(3, "Monocyte Absolute", "528.0", "/cu mm", "200.0-1000.0", "normal"),
    Value(3, "Eosinophil Absolute", "26.4", "/cu mm", "20.0-500.0", "normal"),
    Value(3, "Basophil Absolute", "8.8", "/cu mm", "20.0-100.0", "low"),
]

# A report of our own making, for machines without the sample and for what the sample does not show.
PRINTED_VALUES = [
    Value(1, "Fasting Glucose", "128", "mg/dL", "70-100", "high"),
    Value(1, "Glycated Haemoglobin", "6.9", "%", "4.0-5.6", "high"),
    Value(1, "Serum Creatinine", "0.95", "mg/dL", "0.70-1.30", "normal"),
    Value(1, "Total Cholesterol", "182", "mg/dL", "<200", "normal"),
    Value(2, "Haemoglobin", "9.8", "g/dL", "12.0-15.5", "low"),
    Value(2, "Ferritin", "7.5", "ng/mL", "13.0-150.0", "low"),
    Value(2, "Platelet Count", "250000", "/cu mm", "150000-400000", "normal"),
]


def printed_pages(patient: str, values: list[Value] = PRINTED_VALUES) -> list[list[str]]:
    pages = []
    for page in sorted({value.page for value in values}):
        lines = [
            "GENERAL LABORATORY REPORT", f"Patient: {patient}", "",
            f"{'Test':<26}{'Result':>12}   {'Unit':<12}{'Reference range':<18}", ""]
        for value in (value for value in values if value.page == page):
            lines += [f"{value.name:<26}{value.value:>12}   {value.unit:<12}[{value.reference_range}]", ""]
        pages.append(lines + ["END OF REPORT"])
    return pages


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _unit(text: str | None) -> str:
    return re.sub(r"\s", "", text or "").lower()


def _range(text: str | None) -> str:
    """The bounds as numbers, whatever brackets, dashes and blanks stand about them."""
    bare = re.sub(r"[\[\]()\s]", "", (text or "").replace("\u2013", "-"))
    return re.sub(r"\d+(\.\d+)?", lambda number: repr(float(number[0])), bare)


def comparable(value: Value) -> tuple:
    """Layout apart, everything counts: letters and digits of the name, the number as printed, unit, bounds, status."""
    return (value.page, _letters(value.name), value.value, _unit(value.unit), _range(value.reference_range), value.status)


def reported(lab_values: list[dict]) -> list[Value]:
    return [
        Value(entry["page"], entry["name"], str(entry["value"]), entry["unit"], entry["reference_range"], entry["status"])
        for entry in lab_values]


def differences(expected: list[Value], lab_values: list[dict]) -> list[str]:
    """What is missing from an answer and what it invents; empty when the numbers are the numbers on the paper."""
    found = [comparable(value) for value in reported(lab_values)]
    wanted = [comparable(value) for value in expected]
    missing = [f"missing  {value}" for value in wanted if value not in found]
    invented = [f"invented {value}" for value in found if value not in wanted]
    repeated = [f"repeated {value}" for value in set(found) if found.count(value) > wanted.count(value) > 0]
    return missing + invented + repeated


def sample(path: pathlib.Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
