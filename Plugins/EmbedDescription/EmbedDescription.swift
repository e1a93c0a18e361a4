import Foundation
import PackagePlugin

/// Compiles `schema/openapi.json` into its target, as the text `openAPIDescription`.
///
/// SwiftPM's own `embedInCode` writes a literal of bytes, on which the compiler spends minutes.
@main
struct EmbedDescription: BuildToolPlugin {
    private static let script = ####"""
        {
            printf 'let openAPIDescription: StaticString = ###"""\n'
            cat "$1"
            printf '\n"""###\n'
        } > "$2"
        """####

    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let source = context.package.directoryURL.appending(path: "schema/openapi.json")
        let output = context.pluginWorkDirectoryURL.appending(path: "OpenAPIDescription.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(source.lastPathComponent)", executable: URL(filePath: "/bin/sh"),
                arguments: ["-euc", Self.script, "sh", source.path, output.path], inputFiles: [source],
                outputFiles: [output])
        ]
    }
}
