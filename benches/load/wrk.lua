-- What wrk is to send beyond one fixed request, and how it reports. BENCH_SEND says what; without it, it is the fixed
-- one, which costs wrk the least.

local send = os.getenv("BENCH_SEND")

local function lines_of(name)
  local lines = {}
  for line in io.lines(os.getenv(name)) do
    lines[#lines + 1] = line
  end
  return lines
end

local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

if send == "pages" then
  -- BENCH_PATHS: a file with a path in each line, read one after another.
  local paths, requests, at = lines_of("BENCH_PATHS"), {}, 0
  function init()
    for i, path in ipairs(paths) do
      requests[i] = wrk.format("GET", path)
    end
    at = number * math.floor(#requests / 2)
  end
  function request()
    at = at % #requests + 1
    return requests[at]
  end
elseif send == "posts" then
  -- BENCH_TEXTS: a text in each line. BENCH_TOKENS: a guest token in each line; without it each post makes a new guest,
  -- and carries an Idempotency-Key.
  local texts, tokens, sent = lines_of("BENCH_TEXTS"), nil, 0
  local run = os.getenv("BENCH_RUN")
  if os.getenv("BENCH_TOKENS") then
    tokens = lines_of("BENCH_TOKENS")
  end
  local body = '{"thread":{"key":"load-%d"},"author":{"name":"Reader %d"},"body":"%s %d.%d"}'
  local head = "POST /api/v1/sites/default/comments HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
    .. "Content-Length: %d\r\n%s\r\n\r\n"
  function request()
    sent = sent + 1
    local own
    if tokens then
      own = "Authorization: Bearer " .. tokens[(sent * 7 + number) % #tokens + 1]
    else
      own = string.format('Idempotency-Key: "%s-%d-%d"', run, number, sent)
    end
    local text = string.format(body, (sent * 13 + number) % 100, sent % 500, texts[sent % #texts + 1], number, sent)
    return string.format(head, wrk.host, #text, own) .. text
  end
elseif send == "bodies" then
  -- BENCH_PATH and BENCH_BODY: what to POST as JSON. `{thread}` stands for one of a hundred, `{text}` for one of
  -- BENCH_TEXTS with a number that makes it the only one.
  local path, body = os.getenv("BENCH_PATH"), os.getenv("BENCH_BODY")
  local texts, run, sent = lines_of("BENCH_TEXTS"), os.getenv("BENCH_RUN"), 0
  local headers = { ["Content-Type"] = "application/json" }
  function request()
    sent = sent + 1
    local values = {
      thread = string.format("load-%d", (sent * 13 + number) % 100),
      text = string.format("%s %s.%d.%d", texts[sent % #texts + 1], run, number, sent),
    }
    return wrk.format("POST", (path:gsub("{(%a+)}", values)), headers, (body:gsub("{(%a+)}", values)))
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"bytes":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,'
      .. '"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
