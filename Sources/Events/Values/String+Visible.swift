extension String {
    /// Whether a person sees something of the text: it has a character that is not white space, a control, or ignored
    /// wherever text is shown (`Default_Ignorable_Code_Point`, Unicode Standard Annex 44).
    var isVisible: Bool {
        unicodeScalars.contains { scalar in
            let properties = scalar.properties
            // The one symbol that is blank by its definition.
            let isBlank = scalar == "\u{2800}" || properties.isWhitespace || properties.generalCategory == .control
            return !isBlank && !properties.isDefaultIgnorableCodePoint
        }
    }
}
