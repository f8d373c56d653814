/// The tests this module has names for. Order matters: of several entries that fit a name the first counts, so the
/// more specific stand first. Code titles are those of ICD-10-CM (FY 2024).
enum FindingCatalogue {
    struct Entry: Sendable {
        /// Runs of words in a test's name, lower case.
        var names: [String]
        /// Only for values in percent (true) or in any other unit (false).
        var percentage: Bool?
        var low: FindingLabel?
        var high: FindingLabel?
    }

    private static func label(_ title: String, _ code: (String, String), _ weight: Int) -> FindingLabel {
        FindingLabel(title: title, code: code.0, codeTitle: code.1, weight: weight)
    }

    private static let chemistry = ("R79.89", "Other specified abnormal findings of blood chemistry")
    private static let redCells = ("R71.8", "Other abnormality of red blood cells")
    private static let kidneyFunction = ("R94.4", "Abnormal results of kidney function studies")
    private static let thyroid = ("R94.6", "Abnormal results of thyroid function studies")
    private static let coagulation = ("R79.1", "Abnormal coagulation profile")
    private static let transaminases = ("R74.01", "Elevation of levels of liver transaminase levels")
    private static let enzymes = ("R74.8", "Abnormal levels of other serum enzymes")
    private static let electrolytes = (
        "E87.8", "Other disorders of electrolyte and fluid balance, not elsewhere classified"
    )
    private static let fewWhiteCells = ("D72.818", "Other decreased white blood cell count")
    private static let whiteCells = ("D72.89", "Other specified disorders of white blood cells")

    static let blood: [Entry] = heart + electrolyteEntries + redCellEntries + whiteCellEntries + chemistryEntries

    private static let heart: [Entry] = [
        Entry(names: ["troponin"], low: nil, high: label("Raised troponin", chemistry, 100))
    ]

    private static let electrolyteEntries: [Entry] = [
        Entry(
            names: ["potassium"], low: label("Hypokalaemia", ("E87.6", "Hypokalemia"), 94),
            high: label("Hyperkalaemia", ("E87.5", "Hyperkalemia"), 95)),
        Entry(
            names: ["sodium"], low: label("Hyponatraemia", ("E87.1", "Hypo-osmolality and hyponatremia"), 90),
            high: label("Hypernatraemia", ("E87.0", "Hyperosmolality and hypernatremia"), 90)),
        Entry(
            names: ["calcium"], low: label("Hypocalcaemia", ("E83.51", "Hypocalcemia"), 80),
            high: label("Hypercalcaemia", ("E83.52", "Hypercalcemia"), 82)),
        Entry(
            names: ["magnesium"], low: label("Hypomagnesaemia", ("E83.42", "Hypomagnesemia"), 70),
            high: label("Hypermagnesaemia", ("E83.41", "Hypermagnesemia"), 70)),
        Entry(
            names: ["chloride"], low: label("Low chloride", electrolytes, 40),
            high: label("High chloride", electrolytes, 40)),
        Entry(
            names: ["bicarbonate"], low: label("Low bicarbonate", electrolytes, 60),
            high: label("High bicarbonate", electrolytes, 50)),
    ]

    private static let redCellEntries: [Entry] = [
        Entry(
            names: ["hba1c", "a1c", "glycated", "glycosylated", "glycohemoglobin"], low: nil,
            high: label("Raised glycated haemoglobin", ("R73.09", "Other abnormal glucose"), 72)),
        Entry(
            names: ["mchc", "mean corpuscular hemoglobin concentration", "mean corpuscular haemoglobin concentration"],
            low: label("Low MCHC", redCells, 40), high: label("High MCHC", redCells, 40)),
        Entry(
            names: ["mch", "mean corpuscular hemoglobin", "mean corpuscular haemoglobin"],
            low: label("Low MCH", redCells, 42), high: label("High MCH", redCells, 42)),
        Entry(
            names: ["mcv", "mean corpuscular volume"], low: label("Microcytosis", redCells, 50),
            high: label("Macrocytosis", redCells, 50)),
        Entry(
            names: ["hemoglobin", "haemoglobin", "hb", "hgb"], low: label("Low haemoglobin", redCells, 75),
            high: label("High haemoglobin", redCells, 62)),
        Entry(
            names: ["hematocrit", "haematocrit", "hct", "pcv", "packed cell volume"],
            low: label("Low haematocrit", redCells, 60), high: label("High haematocrit", redCells, 55)),
        Entry(
            names: ["rbc", "red blood cell", "red blood cells", "erythrocytes", "erythrocyte count"],
            low: label("Low red cell count", redCells, 55), high: label("High red cell count", redCells, 50)),
        Entry(
            names: ["rdw"], low: label("Low red cell distribution width", redCells, 15),
            high: label("Raised red cell distribution width", redCells, 35)),
    ]

    private static let whiteCellEntries: [Entry] = [
        Entry(
            names: ["neutrophil", "neutrophils"], percentage: false,
            low: label("Low neutrophil count", ("D70.9", "Neutropenia, unspecified"), 78),
            high: label("Raised neutrophil count", ("D72.828", "Other elevated white blood cell count"), 58)),
        Entry(
            names: ["lymphocyte", "lymphocytes"], percentage: false,
            low: label("Low lymphocyte count", ("D72.810", "Lymphocytopenia"), 48),
            high: label("Raised lymphocyte count", ("D72.820", "Lymphocytosis (symptomatic)"), 50)),
        Entry(
            names: ["monocyte", "monocytes"], percentage: false, low: label("Low monocyte count", fewWhiteCells, 18),
            high: label("Raised monocyte count", ("D72.821", "Monocytosis (symptomatic)"), 35)),
        Entry(
            names: ["eosinophil", "eosinophils"], percentage: false,
            low: label("Low eosinophil count", fewWhiteCells, 12),
            high: label("Raised eosinophil count", ("D72.10", "Eosinophilia, unspecified"), 45)),
        Entry(
            names: ["basophil", "basophils"], percentage: false, low: label("Low basophil count", fewWhiteCells, 8),
            high: label("Raised basophil count", ("D72.824", "Basophilia"), 30)),
        Entry(
            names: [
                "neutrophil", "neutrophils", "lymphocyte", "lymphocytes", "monocyte", "monocytes", "eosinophil",
                "eosinophils", "basophil", "basophils",
            ], percentage: true, low: label("Low share in the differential count", whiteCells, 20),
            high: label("Raised share in the differential count", whiteCells, 25)),
        Entry(
            names: [
                "wbc", "white blood cell", "white blood cells", "tlc", "leucocyte", "leukocyte", "leucocytes",
                "leukocytes",
            ],
            low: label("Low white cell count", ("D72.819", "Decreased white blood cell count, unspecified"), 74),
            high: label("Raised white cell count", ("D72.829", "Elevated white blood cell count, unspecified"), 70)),
        Entry(
            names: ["platelet", "platelets", "plt"],
            low: label("Low platelet count", ("D69.6", "Thrombocytopenia, unspecified"), 76),
            high: label("Raised platelet count", ("D75.839", "Thrombocytosis, unspecified"), 56)),
    ]

    private static let chemistryEntries: [Entry] = [
        Entry(
            names: ["glucose", "sugar", "fbs", "rbs", "ppbs"],
            low: label("Low blood glucose", ("E16.2", "Hypoglycemia, unspecified"), 92),
            high: label("Raised blood glucose", ("R73.9", "Hyperglycemia, unspecified"), 73)),
        Entry(
            names: ["egfr", "gfr", "glomerular filtration rate"],
            low: label("Reduced estimated filtration rate", kidneyFunction, 77), high: nil),
        Entry(
            names: ["creatinine"], low: label("Low creatinine", chemistry, 14),
            high: label("Raised creatinine", chemistry, 79)),
        Entry(
            names: ["urea", "bun", "blood urea nitrogen"], low: label("Low urea", chemistry, 12),
            high: label("Raised urea", chemistry, 64)),
        Entry(
            names: ["uric acid"], low: label("Low uric acid", chemistry, 12),
            high: label(
                "Raised uric acid",
                ("E79.0", "Hyperuricemia without signs of inflammatory arthritis and tophaceous disease"), 46)),
        Entry(
            names: ["alt", "sgpt", "ast", "sgot", "alanine aminotransferase", "aspartate aminotransferase"],
            low: nil, high: label("Raised liver transaminase", transaminases, 63)),
        Entry(names: ["bilirubin"], low: nil, high: label("Raised bilirubin", ("R17", "Unspecified jaundice"), 66)),
        Entry(
            names: ["ldh", "lactate dehydrogenase", "lactic dehydrogenase"], low: nil,
            high: label(
                "Raised lactate dehydrogenase", ("R74.02", "Elevation of levels of lactic acid dehydrogenase [LDH]"), 44
            )),
        Entry(
            names: [
                "alkaline phosphatase", "alp", "ggt", "gamma gt", "amylase", "lipase", "ck", "cpk", "creatine kinase",
            ],
            low: label("Low serum enzyme", enzymes, 20), high: label("Raised serum enzyme", enzymes, 52)),
        Entry(
            names: ["albumin"], low: label("Low albumin", ("R77.0", "Abnormality of albumin"), 57),
            high: label("High albumin", ("R77.0", "Abnormality of albumin"), 20)),
        Entry(
            names: ["crp", "c reactive protein", "hs crp"], low: nil,
            high: label("Raised C-reactive protein", ("R79.82", "Elevated C-reactive protein (CRP)"), 61)),
        Entry(
            names: ["esr", "erythrocyte sedimentation rate", "sedimentation rate"], low: nil,
            high: label("Raised sedimentation rate", ("R70.0", "Elevated erythrocyte sedimentation rate"), 38)),
        Entry(
            names: ["inr", "prothrombin time", "aptt", "ptt", "pt inr"],
            low: label("Abnormal coagulation test", coagulation, 45),
            high: label("Prolonged coagulation test", coagulation, 68)),
        Entry(
            names: ["tsh", "thyroid stimulating hormone", "free t4", "free t3", "ft4", "ft3", "t3", "t4"],
            low: label("Low thyroid test", thyroid, 54), high: label("Raised thyroid test", thyroid, 54)),
        Entry(
            names: ["psa", "prostate specific antigen"], low: nil,
            high: label(
                "Raised prostate specific antigen", ("R97.20", "Elevated prostate specific antigen [PSA]"), 59)),
        Entry(
            names: ["hdl", "non hdl", "ldl", "vldl", "cholesterol", "triglyceride", "triglycerides"],
            low: label("Lipid value below its range", chemistry, 28),
            high: label("Lipid value above its range", chemistry, 43)),
    ]

    /// Names are read as urine tests only when they say so.
    static let urine: [Entry] = [
        Entry(
            names: ["protein", "albumin", "microalbumin"], low: nil,
            high: label("Protein in urine", ("R80.9", "Proteinuria, unspecified"), 58)),
        Entry(names: ["glucose", "sugar"], low: nil, high: label("Glucose in urine", ("R81", "Glycosuria"), 57)),
        Entry(
            names: ["ketone", "ketones", "acetone"], low: nil,
            high: label("Ketones in urine", ("R82.4", "Acetonuria"), 60)),
        Entry(
            names: ["blood", "rbc", "red blood cells", "erythrocytes"], low: nil,
            high: label("Blood in urine", ("R31.9", "Hematuria, unspecified"), 62)),
        Entry(
            names: ["leukocytes", "leucocytes", "pus cells", "wbc"], low: nil,
            high: label("White cells in urine", ("R82.81", "Pyuria"), 55)),
    ]
}
