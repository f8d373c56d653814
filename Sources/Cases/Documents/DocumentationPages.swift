internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore

/// The pages that show `/openapi.json` to people. They load nothing from elsewhere, so they work in a hospital's
/// closed network, and a policy forbids it.
enum DocumentationPages {
    static let docs = page(title: "MedMitra Backend - Swagger UI")
    static let redoc = page(title: "MedMitra Backend - ReDoc")

    private static func page(title: String) -> Response {
        .bytes(
            Array(html(title: title).utf8),
            headers: [
                .contentSecurityPolicy:
                    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
            ], contentType: "text/html; charset=utf-8")
    }

    private static func html(title: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>\(title)</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b2733 }
        details { border: 1px solid #d5dde5; border-radius: 8px; margin: .5rem 0; padding: .5rem 1rem }
        summary { cursor: pointer } code { font-family: ui-monospace, monospace }
        .method { display: inline-block; min-width: 4.5rem; font-weight: 700; text-transform: uppercase }
        .get { color: #1769aa } .post { color: #23762f } .put { color: #9a5b00 } .delete { color: #b3261e }
        table { border-collapse: collapse; margin: .5rem 0 } td, th { text-align: left; padding: .15rem .8rem .15rem 0 }
        </style></head><body><h1 id="title">MedMitra Backend</h1><p id="about"></p><main id="operations">Loading
        <a href="/openapi.json">/openapi.json</a> …</main>
        <script>
        const node = (tag, text, name) => {
          const made = document.createElement(tag)
          if (text !== undefined) made.textContent = text
          if (name) made.className = name
          return made
        }
        const rows = (title, entries) => {
          const table = node('table')
          table.append(node('caption', title))
          for (const entry of entries) {
            const row = node('tr')
            for (const cell of entry) row.append(node('td', cell))
            table.append(row)
          }
          return table
        }
        fetch('/openapi.json').then(answer => answer.json()).then(api => {
          document.getElementById('title').textContent = api.info.title + ' ' + api.info.version
          document.getElementById('about').textContent = api.info.description
          const list = document.getElementById('operations')
          list.textContent = ''
          for (const [path, item] of Object.entries(api.paths)) for (const [method, operation] of Object.entries(item)) {
            const box = node('details'), head = node('summary')
            head.append(node('span', method, 'method ' + method), node('code', path), ' ' + operation.summary)
            box.append(head)
            if (operation.security) box.append(node('p', 'Needs Authorization: Bearer <access token>'))
            if (operation.parameters) box.append(rows('Parameters', operation.parameters.map(p => [p.name, 'in ' + p.in])))
            for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
              const schema = api.components.schemas[media.schema.$ref.split('/').pop()]
              const required = schema.required ?? []
              box.append(rows('Body: ' + type, Object.entries(schema.properties).map(([name, value]) =>
                [name, value.type ?? '', required.includes(name) ? 'required' : ''])))
            }
            box.append(rows('Answers', Object.entries(operation.responses).map(([s, r]) => [s, r.description])))
            list.append(box)
          }
        }).catch(() => { document.getElementById('operations').textContent = 'The description could not be loaded.' })
        </script></body></html>
        """
    }
}
