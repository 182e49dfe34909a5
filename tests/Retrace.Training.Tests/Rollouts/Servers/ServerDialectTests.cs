using Retrace.Configuration;
using Retrace.RolloutServers;
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Training.Tests.Rollouts.Servers;

public sealed class ServerDialectTests
{
    [Fact]
    public void The_setting_allows_the_dialects_that_there_are()
    {
        Assert.All(ServerDialects.Names, name => Configure(name).Check());
        BadInputException refused = Assert.Throws<BadInputException>(() => Configure("none").Check());
        Assert.EndsWith($"must be one of {string.Join(", ", ServerDialects.Names)}", refused.Message);
    }

    [Theory]
    [InlineData("vllm", "adapter", null)]
    [InlineData("sglang", "model", "adapter")]
    public void An_adapter_is_asked_for_as_the_model_or_beside_it(string api, string model, string? loraPath) =>
        Assert.Equal((model, loraPath), ServerDialects.Named(api).NamesFor("model", "adapter"));

    [Theory]
    [InlineData("vllm", "v1/completions")]
    [InlineData("sglang", "generate")]
    public void Tokens_go_to_the_call_that_takes_them(string api, string path) => Assert.Equal(
        path, ServerDialects.Named(api).CallWithTokens(withImages: false).Path);

    private static RunConfiguration Configure(string api) => new() { Rollout = new() { ServerApi = api } };
}
