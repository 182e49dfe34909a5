using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Models.Text;
using Retrace.RolloutServers;
using Retrace.Testing;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Training.Tests.Rollouts.Servers;

public sealed class SampleReadingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stop_token_that_a_server_leaves_out_is_the_chat_templates_in_whatever_order_they_are_named(bool first)
    {
        var tokenizer = ModelFamilies.Default.LoadTokenizer(Shipped.Model);
        ModelConfig config = ModelFamilies.LoadConfig(Shipped.Model);
        int end = tokenizer.IdOf(ModelFamilies.Default.Chat.EndOfTurn)!.Value;
        int[] stops = [end, tokenizer.IdOf(ModelFamilies.Default.Chat.Padding)!.Value];
        config = config with { Tokens = config.Tokens with { Stops = first ? stops : [.. stops.Reverse()] } };
        int[] words = tokenizer.Encode("42");
        var job = new RolloutJob(0, 0, 1, new ServerPrompt([1, 2, 3], null, null, [], 3), MaxTokens: 8, Seed: 1);

        Generation read = new SampleReading(tokenizer, config).Read(
            job, new ServerReply([new ReportedSample(null, words, new float[words.Length], Stopped: true)], 3, null))[0];

        Assert.Equal([.. words, end], read.Tokens);
        Assert.Null(read.ServerLogProbs);
    }

    [Fact]
    public void A_token_that_is_never_a_responses_is_refused_with_its_number()
    {
        var tokenizer = ModelFamilies.Default.LoadTokenizer(Shipped.Model);
        ModelConfig config = ModelFamilies.LoadConfig(Shipped.Model);
        int[] words = tokenizer.Encode("42");
        var job = new RolloutJob(0, 0, 1, new ServerPrompt([1, 2, 3], null, null, [], 3), MaxTokens: 8, Seed: 1);
        Assert.NotEmpty(config.Tokens.NeverSampled);
        Assert.All(config.Tokens.NeverSampled, token =>
        {
            int[] sampled = [.. words, token];
            var refused = Assert.Throws<ServerFaultException>(() => new SampleReading(tokenizer, config).Read(
                job, new ServerReply([new ReportedSample(null, sampled, new float[sampled.Length], Stopped: false)], 3, null)));
            Assert.Contains($"returned the token {token}, which stands for images", refused.Message);
            Assert.True(refused.Refused);
        });
    }
}
