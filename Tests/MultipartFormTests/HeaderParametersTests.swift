import MultipartForm
import Testing

@Suite(.timeLimit(.minutes(20)))
struct HeaderParametersTests {
    @Test(
        arguments: [
            ("image/jpeg", "image/jpeg", [:]), (" Image/JPEG ;", "image/jpeg", [:]),
            ("a/b;c=d", "a/b", ["c": "d"]), ("a/b ; C=\"d e\" ; f=g", "a/b", ["c": "d e", "f": "g"]),
            (#"form-data; name="a"; filename="C:\x\"y\\z;=""#, "form-data", ["name": "a", "filename": #"C:\x"y\z;="#]),
            ("a/b; c====d=1", "a/b", ["c": "===d=1"]),
            ("a/b; c=d/e:f, (g)? ; h=i", "a/b", ["c": "d/e:f, (g)?", "h": "i"]),
            ("form-data; name=a; filename=my photo.jpg", "form-data", ["name": "a", "filename": "my photo.jpg"]),
            (
                "form-data; name=a; filename*=UTF-8''%e2%82%ac", "form-data",
                ["name": "a", "filename*": "UTF-8''%e2%82%ac"]
            ),
            ("form-data; name=\"\"", "form-data", ["name": ""]), ("form-data; name=\"ä\"", "form-data", ["name": "ä"]),
        ] as [(String, String, [String: String])])
    func aValueIsItsEssenceAndItsParameters(_ row: (text: String, essence: String, parameters: [String: String])) {
        let value = HeaderParameters(row.text)
        #expect(value?.essence == row.essence && value?.parameters == row.parameters)
    }

    @Test(arguments: [
        "", ";a=b", "a/b; c", "a/b; =d", "a/b; c=", "a/b; c=\"d", "a/b; c=d\"e", "a/b; c=d; C=e", "a/b; c=\"d\"e",
    ])
    func whatIsMalformedIsNone(_ text: String) { #expect(HeaderParameters(text) == nil) }
}
