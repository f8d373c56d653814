/// The ICD-10-CM code for an abnormal finding on imaging, by the region an examination's name states. The finding
/// itself is quoted; its disease is for a physician to code.
enum ImagingCode {
    static func code(examination: String) -> (code: String, title: String) {
        let words = Set(examination.lowercased().split { !$0.isLetter }.map(String.init))
        for entry in regions where !words.isDisjoint(with: entry.words) { return (entry.code, entry.title) }
        return ("R93.89", "Abnormal findings on diagnostic imaging of other specified body structures")
    }

    private static let regions: [(words: Set<String>, code: String, title: String)] = [
        (
            ["spine", "cspine", "cervical", "lumbar", "thoracolumbar", "lumbosacral", "sacrum", "pelvic", "ribs"],
            "R93.7", "Abnormal findings on diagnostic imaging of other parts of musculoskeletal system"
        ),
        (
            ["brain", "head", "skull", "cranial", "sinus", "sinuses", "orbit", "orbits"], "R93.0",
            "Abnormal findings on diagnostic imaging of skull and head, not elsewhere classified"
        ),
        (
            ["chest", "lung", "lungs", "cxr", "hrct"], "R91.8",
            "Other nonspecific abnormal finding of lung field"
        ),
        (
            ["heart", "cardiac", "echocardiogram", "echocardiography", "coronary"], "R93.1",
            "Abnormal findings on diagnostic imaging of heart and coronary circulation"
        ),
        (
            [
                "knee", "ankle", "foot", "hip", "shoulder", "elbow", "wrist", "hand", "femur", "tibia", "humerus",
                "leg", "arm",
            ],
            "R93.6", "Abnormal findings on diagnostic imaging of limbs"
        ),
        (
            ["liver", "biliary", "gallbladder", "hepatobiliary"], "R93.2",
            "Abnormal findings on diagnostic imaging of liver and biliary tract"
        ),
        (
            ["breast", "mammogram", "mammography"], "R92.8",
            "Other abnormal and inconclusive findings on diagnostic imaging of breast"
        ),
        (
            ["abdomen", "abdominal"], "R93.5",
            "Abnormal findings on diagnostic imaging of other abdominal regions, including retroperitoneum"
        ),
    ]
}
