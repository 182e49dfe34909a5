using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Retrace.RolloutServers;

/// <summary>A rollout server: its HTTP client, its load, its policy version and its recent failures.</summary>
internal sealed class RolloutServer : IDisposable
{
    private const int LargestReply = 64 << 20; // Bytes.
    private const int LongestQuote = 300;      // Characters.

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestConnecting = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly string? _key;
    private readonly TimeProvider _time;
    private readonly Lock _state = new();
    private int? _version;
    private int _failures; // Consecutive.
    private TimeSpan _rest; // The pause after the last failure.
    private long _failed;   // Monotonic timestamp of the last failure.
    private Task _loading = Task.CompletedTask;

    /// <param name="time">The clock of the pauses after failures.</param>
    public RolloutServer(Uri address, string? key, TimeProvider time)
    {
        Address = address;
        _key = key;
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // The token must not reach another server.
            ConnectTimeout = LongestConnecting,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan, // Callers cancel by their tokens.
            MaxResponseContentBufferSize = LargestReply,
        };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    public Uri Address { get; }

    /// <summary>The name of the model that the server was started with; empty until it is known.</summary>
    public string Model { get; private set; } = "";

    /// <summary>The version of the policy that it samples with; null if unknown.</summary>
    public int? Version
    {
        get
        {
            lock (_state)
            {
                return _version;
            }
        }

        set
        {
            lock (_state)
            {
                _version = value;
            }
        }
    }

    /// <summary>The latest load that <see cref="LoadOnce"/> has started.</summary>
    public Task Loading
    {
        get
        {
            lock (_state)
            {
                return _loading;
            }
        }
    }

    /// <summary>Maximum number of tokens of the running requests.</summary>
    public long OutstandingTokens { get; set; }

    /// <summary>Whether other servers are preferred: this one failed recently or is loading another policy.</summary>
    public bool IsResting
    {
        get
        {
            lock (_state)
            {
                return (_rest > TimeSpan.Zero && _time.GetElapsedTime(_failed) < _rest) || !_loading.IsCompleted;
            }
        }
    }

    public void Succeeded()
    {
        lock (_state)
        {
            _failures = 0;
            _rest = TimeSpan.Zero;
        }
    }

    /// <summary>Notes a failure. The server rests, twice as long after each failure in a row.</summary>
    public void Failed()
    {
        lock (_state)
        {
            TimeSpan rest = FirstRest * Math.Pow(2, Math.Min(_failures++, 10));
            _rest = rest < LongestRest ? rest : LongestRest;
            _failed = _time.GetTimestamp();
        }
    }

    /// <summary>Starts to load another policy, unless a load is running.</summary>
    /// <param name="load">The load, which continues whether or not anyone awaits it.</param>
    /// <returns>The running load.</returns>
    public Task LoadOnce(Func<Task> load)
    {
        lock (_state)
        {
            return _loading = _loading.IsCompleted ? Task.Run(load) : _loading;
        }
    }

    /// <summary>Makes a server's text fit for messages: without the token, on one line, and short.</summary>
    public string Quote(string said)
    {
        string line = said.ReplaceLineEndings(" ");
        // Some servers and proxies quote the request's headers, the token among them.
        line = _key is null ? line : line.Replace(_key, "[token]", StringComparison.OrdinalIgnoreCase);
        return line.Length > LongestQuote ? line[..LongestQuote] + "…" : line;
    }

    /// <summary>Asks for the name of the model that the server serves.</summary>
    /// <exception cref="ServerFaultException">It cannot be reached or does not say.</exception>
    /// <exception cref="BadInputException">It rejects the bearer token.</exception>
    public async Task FindModelAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/models");
        Model = await SendAsync(
            request,
            body => body.GetProperty("data")[0].GetProperty("id").GetString()
                ?? throw new ServerFaultException("it does not say which model it serves"),
            cancellation);
    }

    /// <summary>Posts a JSON body and reads the reply.</summary>
    /// <param name="path">The call's path below the server's address.</param>
    /// <param name="write">Writes the members of the body.</param>
    /// <param name="read">Reads the reply's body; JSON null if the reply is not JSON.</param>
    /// <exception cref="ServerFaultException">
    /// It cannot be reached, reports an error, or replies in another form.
    /// </exception>
    /// <exception cref="BadInputException">It rejects the bearer token.</exception>
    public async Task<T> PostAsync<T>(
        string path, Action<Utf8JsonWriter> write, Func<JsonElement, T> read, CancellationToken cancellation)
    {
        using var stream = new MemoryStream();
        using (var body = new Utf8JsonWriter(stream))
        {
            body.WriteStartObject();
            write(body);
            body.WriteEndObject();
        }
        using var content = new ByteArrayContent(stream.GetBuffer(), 0, (int)stream.Length);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        return await SendAsync(request, read, cancellation);
    }

    public void Dispose() => _http.Dispose();

    // Faults have no inner exception, because its message could quote the server, and with it the token.
    private async Task<T> SendAsync<T>(
        HttpRequestMessage request, Func<JsonElement, T> read, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, cancellation);
            byte[] bytes = await response.Content.ReadAsByteArrayAsync(cancellation);
            if (!response.IsSuccessStatusCode)
            {
                throw Fault(response.StatusCode, bytes);
            }
            // vLLM answers some calls with plain text or with nothing.
            bool isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
            using JsonDocument body = JsonDocument.Parse(isJson ? bytes : "null"u8.ToArray());
            return read(body.RootElement);
        }
        catch (ServerFaultException fault)
        {
            throw new ServerFaultException(Quote(fault.Message))
            {
                LostWeights = fault.LostWeights,
                Refused = fault.Refused,
            }
            .Of(this);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new ServerFaultException(
                $"{Address} answers more than {LargestReply >> 20} MiB; rollout.samples_per_request should be smaller")
            {
                Refused = true,
            };
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new ServerFaultException($"{Address} cannot be reached: {Quote(error.Message)}")
            {
                LostWeights = true,
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ServerFaultException(
                $"{Address} cannot be reached: it took no connection within {LongestConnecting.TotalSeconds} s")
            {
                LostWeights = true,
            };
        }
        catch (Exception error) when (
            error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
                or OverflowException or IndexOutOfRangeException or ArgumentException)
        {
            throw new ServerFaultException($"{Address} answers something else than was asked for");
        }
    }

    private Exception Fault(HttpStatusCode status, byte[] bytes)
    {
        string said = System.Text.Encoding.UTF8.GetString(bytes);
        return (int)status switch
        {
            401 or 403 => new BadInputException(
                $"{Address} refuses the bearer token; rollout.api_key_variable should name the environment variable "
                + "that holds the right one"),
            404 => new ServerFaultException($"{Address} does not know what it was asked for: {said}")
            {
                LostWeights = true, // The adapter may have been lost in a restart.
            },
            408 or 429 or >= 500 => new ServerFaultException($"{Address} answers {(int)status}: {said}")
            {
                LostWeights = (int)status is 502 or 503 or 504, // From a proxy, or as it starts.
            },
            _ => new ServerFaultException($"{Address} refuses the request ({(int)status}): {said}") { Refused = true },
        };
    }
}
