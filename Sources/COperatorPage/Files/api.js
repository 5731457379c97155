// Requests to the internal API. The token is in a header, never in a URL.

/** A problem of the API (RFC 9457), or a failed connection (`status` 0). */
export class Problem extends Error {
  constructor(status, details) {
    super(details.detail ?? details.title ?? `HTTP ${status}`);
    this.status = status;
    this.type = String(details.type ?? "").replace("urn:cashin-receiver:problem:", "");
    this.field = details.field ?? null;
    this.details = details;
  }
}

export class API {
  #token;

  /**
   * @param token the bearer token.
   * @param onUnauthorized called when the token is not accepted (any more).
   */
  constructor(token, onUnauthorized) {
    this.#token = token;
    this.onUnauthorized = onUnauthorized;
  }

  /** Sends a request; throws a `Problem` for any response but 2xx. */
  async send(path, {method = "GET", query = {}, json, body, type, signal} = {}) {
    const headers = {Authorization: `Bearer ${this.#token}`};
    if (json !== undefined) {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(json);
    } else if (type) {
      headers["Content-Type"] = type;
    }
    let response;
    try {
      response = await fetch(path + queryText(query), {
        method,
        headers,
        body,
        signal,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem(0, {type: "unreachable", detail: String(error.message)});
    }
    if (response.ok) return response;
    let details = {};
    try {
      details = await response.json();
    } catch {
      details = {title: response.statusText};
    }
    const problem = new Problem(response.status, details);
    if (problem.status === 401) this.onUnauthorized(problem);
    throw problem;
  }

  async get(path, query = {}, signal = undefined) {
    return (await this.send(path, {query, signal})).json();
  }

  async post(path, json, signal = undefined) {
    return (await this.send(path, {method: "POST", json, signal})).json();
  }

  /** Reads a page of a list after the other; at most `most` items. */
  async all(path, member, query, signal, most = 1000) {
    const items = [];
    let after;
    do {
      const page = await this.get(path, {...query, limit: 1000, after}, signal);
      items.push(...page[member]);
      if (!page.more) return {items, more: false};
      after = page.next;
    } while (items.length < most);
    return {items, more: true};
  }

  /** Reads server-sent events; calls `onEvent(name, id, data)` for each, until the stream ends. */
  async events(path, query, signal, onEvent) {
    const response = await this.send(path, {query, signal});
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const {value, done} = await reader.read();
      if (done) return;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const fields = {};
        for (const line of event.split("\n")) {
          const colon = line.indexOf(":");
          if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
        }
        if (fields.data) onEvent(fields.event, fields.id, JSON.parse(fields.data));
      }
    }
  }
}

function queryText(query) {
  const parts =
    Object.entries(query)
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return parts.length ? `?${parts.join("&")}` : "";
}
