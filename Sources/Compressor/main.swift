import Service

Service.main("compressor") { context in
    try await CompressorProcess(context).run()
}
