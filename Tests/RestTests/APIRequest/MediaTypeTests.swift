import Testing

@testable import Rest

@Suite struct `Media types` {
    @Test(
        arguments: [
            ("application/json", .json), ("Application/JSON; charset=utf-8", .json), ("text/csv", .csv), ("*/*", .any),
            ("text/plain", .text), ("text/xml", .xml), ("application/geo+json", .geoJSON),
            ("application/octet-stream", .octetStream), ("application/openapi+json", .openAPI),
            ("application/x-www-form-urlencoded", .form), ("application/vnd.pgrst.array", .json),
            ("application/vnd.pgrst.array+json;nulls=stripped", .strippedArray),
            ("application/vnd.PGRST.object+json", .singular(stripsNulls: false)),
            ("application/vnd.pgrst.object ; Nulls=stripped", .singular(stripsNulls: true)),
            ("application/vnd.pgrst.plan", .plan(of: .json, .text, [])),
            ("application/vnd.pgrst.plan;", .plan(of: .json, .text, [])),
            ("application/vnd.pgrst.plan+json;for=\"text/csv\"", .plan(of: .csv, .json, [])),
            (
                "application/vnd.pgrst.plan+text; for=\"application/vnd.pgrst.object\"; options=analyze|wal|x;",
                .plan(of: .singular(stripsNulls: false), .text, [.analyze, .wal])
            ),
            ("application/vnd.pgrst.plan; for=\"application/vnd.pgrst.plan\"", .plan(of: .json, .text, [])),
            ("image/png", .other("image/png")), ("", .other("")), ("json", .other("json")),
        ] as [(String, MediaType)])
    func `a type is recognised`(_ text: String, _ type: MediaType) {
        #expect(MediaType(text) == type)
    }

    @Test(
        arguments: [
            ("text/csv", [.csv]), ("*/*, text/csv", [.csv, .any]),
            ("text/csv;q=0.5, application/json;q=0.9", [.json, .csv]),
            ("text/csv; q=0.5, application/json", [.json, .csv]),
            (
                "application/json, application/vnd.pgrst.object+json;nulls=stripped",
                [.singular(stripsNulls: true), .json]
            ),
            ("text/csv;q=x, */*;q=2", [.any, .csv]),
            ("", [.other("")]),
        ] as [(String, [MediaType])])
    func `types are sorted by quality, then by specificity`(_ header: String, _ types: [MediaType]) {
        #expect(MediaType.accepted(header) == types)
    }

    @Test func `names and content types carry their parameters`() {
        #expect(MediaType.json.contentType == "application/json; charset=utf-8")
        #expect(MediaType.octetStream.contentType == "application/octet-stream")
        #expect(MediaType.other("image/png").contentType == "image/png")
        #expect(
            MediaType.strippedArray.contentType == "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8")
        #expect(
            MediaType.plan(of: .csv, .json, [.wal, .analyze]).name
                == "application/vnd.pgrst.plan+json; for=\"text/csv\"; options=analyze|wal")
    }

    @Test func `what the name of a type says is read back as that type`() {
        let types: [MediaType] = [
            .json, .geoJSON, .csv, .text, .xml, .openAPI, .form, .octetStream, .any, .strippedArray,
            .singular(stripsNulls: true), .singular(stripsNulls: false),
            .plan(of: .csv, .text, Set(MediaType.PlanOption.allCases)),
            .plan(of: .singular(stripsNulls: true), .json, [.buffers]),
        ]
        for type in types { #expect(MediaType(type.name) == type) }
    }
}
