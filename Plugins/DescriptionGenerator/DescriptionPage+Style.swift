extension DescriptionPage {
    static let style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: light-dark(#0645ad, #8ab4f8) }
        * { box-sizing: border-box }
        html { scroll-padding-top: 1rem }
        body { margin: 0; display: grid; grid-template-columns: 20rem minmax(0, 1fr) }
        body { font: 16px/1.5 system-ui, sans-serif }
        nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem }
        nav { border-right: 1px solid var(--line) }
        nav h2 { font-size: .85rem; margin: 1rem 0 .25rem }
        nav ul { list-style: none; margin: 0; padding: 0 }
        nav li { font-size: .8rem; padding: .1rem 0 }
        main { padding: 1rem 2rem 50vh; max-width: 75rem }
        a { color: var(--link); text-decoration: none }
        a:hover, a:focus { text-decoration: underline }
        article { border-top: 1px solid var(--line); padding: .5rem 0 1.5rem }
        article:target { background: var(--soft); outline: .75rem solid var(--soft) }
        b { display: inline-block; min-width: 3.5em }
        .GET { color: light-dark(#05632e, #6ddc9a) } .POST { color: light-dark(#7a4b00, #f0b95a) }
        .PUT, .PATCH { color: light-dark(#4a3bb5, #b0a8ff) } .DELETE { color: light-dark(#a11212, #ff9d9d) }
        table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .9rem }
        th { text-align: left; font-weight: 600 }
        th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
        code, pre { font: .85em/1.5 ui-monospace, monospace; background: var(--soft); border-radius: 3px }
        code { padding: .1em .25em; overflow-wrap: anywhere }
        pre { padding: .5rem; margin: 0; white-space: pre-wrap }
        i { font-size: .8em; opacity: .75 }
        @media (max-width: 60rem) {
            body { display: block } nav { position: static; height: auto; border: 0 } main { padding: 1rem }
        }
        """
}
