import Foundation
import PackagePlugin

/// Compiles `schema/openapi.json` and the page that is made of it into its target: see `DescriptionGenerator`.
@main
struct EmbedDescription: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let source = context.package.directoryURL.appending(path: "schema/openapi.json")
        let output = context.pluginWorkDirectoryURL.appending(path: "Description.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(source.lastPathComponent)",
                executable: try context.tool(named: "DescriptionGenerator").url,
                arguments: [source.path, output.path], inputFiles: [source], outputFiles: [output])
        ]
    }
}
