using System.IO.Compression;
using System.Text;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.RolloutServers;
using Retrace.Testing;
using Retrace.Training.Rollouts.Servers;
using static TorchSharp.torch;

namespace Retrace.Fuzz.Tests.Servers;

/// <summary>What a rollout server may not do to us, and what it is never told to tell.</summary>
public sealed class UntrustedServerTests : IDisposable
{
    private const string Token = "sk-0123456789abcdef";

    private readonly RawReply _reply = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _reply.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("500 Internal Server Error")]
    [InlineData("404 Not Found")]
    [InlineData("400 Bad Request")]
    [InlineData("401 Unauthorized")]
    [InlineData("200 OK")]
    [InlineData(Token)]
    public async Task A_server_that_quotes_the_token_does_not_get_it_into_messages(string status)
    {
        _reply.Bytes = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
            + $"Authorization: Bearer {Token}\u001b[2J {Token.ToUpperInvariant()}");
        using RolloutServer server = new(_reply.Address, Token, TimeProvider.System);
        Exception error = (await Record.ExceptionAsync(() => server.FindModelAsync(Cancellation)))!;
        Assert.True(error is ServerFaultException or BadInputException);
        Assert.DoesNotContain(Token, error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("v1/completions", """{"choices":[{"index":0,"text":"x","finish_reason":"SAID"}]}""")]
    [InlineData("generate", """{"text":"x","meta_info":{"finish_reason":{"type":"SAID"}}}""")]
    public async Task Why_a_sample_ended_is_quoted_without_the_token_and_not_at_length(string path, string json)
    {
        IServerCall call = path == "generate" ? new GenerateCall() : new CompletionsCall();
        await AssertQuotedAsync(json, server => server.PostAsync(call.Path, body => { }, call.Read, Cancellation));
    }

    [Theory]
    [InlineData("message")]
    [InlineData("error_message")]
    public async Task Why_weights_are_not_taken_is_quoted_without_the_token_and_not_at_length(string member)
    {
        UntrainedModel.Write(_folder.Path);
        using VisionLanguageModel model = VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU);
        await AssertQuotedAsync($$"""{"success":false,"{{member}}":"SAID"}""", async server =>
        {
            using PublishedPolicy policy =
                new(model, new RolloutSettings { ServerApi = "sglang" }, [server], _folder.Combine("weights"), TimeProvider.System);
            policy.Write(0);
            await policy.LoadIntoAsync(server, Cancellation);
        });
    }

    [Fact]
    public void A_label_of_weights_is_quoted_without_the_token_and_not_at_length()
    {
        using RolloutServer server = new(_reply.Address, Token, TimeProvider.System);
        Assert.Equal("a [token]", server.Quote($"a\n{Token}"));
        Assert.Equal(301, server.Quote(new string('x', 1000)).Length);
    }

    [Fact]
    public async Task A_reply_of_more_than_64_MiB_is_not_read_to_its_end()
    {
        _reply.Bytes = RawReply.Of(Encoding.ASCII.GetBytes($"\"{new string('x', 65 << 20)}\""));
        await RefusedAsync();
    }

    [Fact]
    public async Task A_packed_reply_is_not_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("""{"data":[{"id":"m"}]}"""u8);
        }
        _reply.Bytes = RawReply.Of(packed.ToArray(), "Content-Encoding: gzip\r\n");
        await RefusedAsync();
    }

    [Fact]
    public async Task Headers_of_more_than_64_KiB_are_refused()
    {
        _reply.Bytes = RawReply.Of("{}"u8.ToArray(), $"X: {new string('x', 100 << 10)}\r\n");
        await RefusedAsync();
    }

    [Theory]
    [InlineData(Token)]
    [InlineData("")]
    [InlineData("A B")]
    public void A_token_written_where_its_variable_s_name_belongs_is_not_repeated(string value)
    {
        BadInputException error = Assert.Throws<BadInputException>(() => ConfigurationLayers.Resolve(
            null, _folder.Write("run.yaml", $"rollout: {{api_key_variable: '{value}'}}"), []));
        Assert.Contains("rollout.api_key_variable must be the name of an environment variable", error.Message);
        Assert.DoesNotContain(Token, error.ToString());
    }

    [Theory]
    [InlineData("http://me:secret@127.0.0.1:1")]
    [InlineData("http://127.0.0.1:1/?key=secret")]
    public void A_server_s_address_holds_no_secret(string address)
    {
        BadInputException error = Assert.Throws<BadInputException>(() => ConfigurationLayers.Resolve(
            null, _folder.Write("run.yaml", $"rollout: {{servers: '{address}'}}"), []));
        Assert.DoesNotContain("secret@", error.Message);
        Assert.DoesNotContain("key=", error.Message);
    }

    [Theory]
    [InlineData("rollout: {servers: 'http://evil.example'}")]
    [InlineData("rollout: {api_key_variable: AWS_SECRET_ACCESS_KEY}")]
    [InlineData("rollout: {engine: openai}")]
    [InlineData("rollout: {weights_folder: /tmp}")]
    [InlineData("data: {allow_outside_images: true}")]
    public void A_model_s_folder_decides_nothing_about_the_surroundings(string yaml)
    {
        _folder.Write(ConfigurationLayers.RecommendationFile, yaml);
        BadInputException error = Assert.Throws<BadInputException>(
            () => ConfigurationLayers.Resolve(_folder.Path, null, []));
        Assert.Contains("a model's folder may not set", error.Message);
    }

    private async Task RefusedAsync()
    {
        using RolloutServer server = new(_reply.Address, Token, TimeProvider.System);
        await Assert.ThrowsAsync<ServerFaultException>(() => server.FindModelAsync(Cancellation));
    }

    // The reply says the token and a lot more.
    private async Task AssertQuotedAsync(string json, Func<RolloutServer, Task> ask)
    {
        string said = $"because of {Token.ToUpperInvariant()} and {new string('x', 1 << 20)}";
        _reply.Bytes = RawReply.Of(Encoding.UTF8.GetBytes(json.Replace("SAID", said)));
        using RolloutServer server = new(_reply.Address, Token, TimeProvider.System);
        ServerFaultException fault = await Assert.ThrowsAsync<ServerFaultException>(() => ask(server));
        Assert.Contains("because of [token] and xxx", fault.Message);
        Assert.InRange(fault.Message.Length, 1, 400);
        Assert.DoesNotContain(Token, fault.ToString(), StringComparison.OrdinalIgnoreCase);
    }
}
