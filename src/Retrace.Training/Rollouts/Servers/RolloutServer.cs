using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>A server, how much it has to do, and whether it has been failing.</summary>
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
    private int _failures; // In a row.
    private TimeSpan _rest; // From the last failure on.
    private long _failed;   // When that was, by the time's stamps, which nobody sets.
    private Task _loading = Task.CompletedTask;

    /// <param name="time">By which a server rests that has failed.</param>
    public RolloutServer(Uri address, string? key, TimeProvider time)
    {
        Address = address;
        _key = key;
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // The token is for this server.
            ConnectTimeout = LongestConnecting,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan, // The callers' tokens end calls.
            MaxResponseContentBufferSize = LargestReply,
        };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    public Uri Address { get; }

    /// <summary>The name of the model that it serves.</summary>
    public string Model { get; private set; } = "";

    /// <summary>The version of the policy that it draws with; null where that is not known.</summary>
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

    /// <summary>Ends, well or not, with what <see cref="LoadOnce"/> has begun last.</summary>
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

    /// <summary>Tokens that requests under way can come to.</summary>
    public long OutstandingTokens { get; set; }

    /// <summary>Whether it is best left alone for a while: it has just failed, or loads another policy.</summary>
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

    /// <summary>Lets it rest, longer each time.</summary>
    public void Failed()
    {
        lock (_state)
        {
            TimeSpan rest = FirstRest * Math.Pow(2, Math.Min(_failures++, 10));
            _rest = rest < LongestRest ? rest : LongestRest;
            _failed = _time.GetTimestamp();
        }
    }

    /// <summary>Begins to load another policy, unless that is under way.</summary>
    /// <param name="load">Goes on whether or not anybody waits for it.</param>
    /// <returns>Ends with it.</returns>
    public Task LoadOnce(Func<Task> load)
    {
        lock (_state)
        {
            return _loading = _loading.IsCompleted ? Task.Run(load) : _loading;
        }
    }

    /// <summary>What the server has said, fit for messages: without the token, on one line, and not too long.</summary>
    public string Quote(string said)
    {
        string line = said.ReplaceLineEndings(" ");
        // Some servers and proxies quote the request's headers.
        line = _key is null ? line : line.Replace(_key, "[token]", StringComparison.OrdinalIgnoreCase);
        return line.Length > LongestQuote ? line[..LongestQuote] + "…" : line;
    }

    /// <summary>Asks which model it serves.</summary>
    /// <exception cref="ServerFaultException">It does not say.</exception>
    /// <exception cref="BadInputException">It refuses the token.</exception>
    public async Task FindModelAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/models");
        Model = await SendAsync(
            request,
            body => body.GetProperty("data")[0].GetProperty("id").GetString()
                ?? throw new ServerFaultException("it does not say which model it serves"),
            cancellation);
    }

    /// <summary>Posts a body and reads the reply.</summary>
    /// <param name="path">Below the server's address.</param>
    /// <param name="write">Writes the members of the body.</param>
    /// <param name="read">Reads the reply, whatever its form.</param>
    /// <exception cref="ServerFaultException">It cannot be reached, refuses, or answers something else.</exception>
    /// <exception cref="BadInputException">It refuses the token.</exception>
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

    // No fault has an inner exception, whose message may quote the server as well.
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
            // vLLM answers some calls with a plain sentence, or with nothing.
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
            };
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
                LostWeights = true, // The adapter may have gone with the process that had it.
            },
            408 or 429 or >= 500 => new ServerFaultException($"{Address} answers {(int)status}: {said}")
            {
                LostWeights = (int)status is 502 or 503 or 504, // A proxy before it, or the server as it starts.
            },
            _ => new ServerFaultException($"{Address} refuses the request ({(int)status}): {said}") { Refused = true },
        };
    }
}
