using Retrace.Models.Network;
using Retrace.Models.Text;
using Retrace.RolloutServers;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>Turns servers' samples into generations, and rejects those that cannot be right.</summary>
internal sealed class SampleReading(Tokenizer tokenizer, ModelConfig config)
{
    private readonly int _longestToken =
        Enumerable.Range(0, tokenizer.VocabularySize).Max(id => tokenizer.TokenBytes(id).Length);

    // The chat template's stop token, if the checkpoint names several.
    private readonly int _endOfTurn =
        tokenizer.IdOf(config.Chat.EndOfTurn) is int id && config.Tokens.Stops.Contains(id)
            ? id
            : config.Tokens.EndOfTurn;

    /// <summary>
    /// Reads the samples. Only <see cref="Generation.ServerLogProbs"/> is filled; the policy still has to score them.
    /// </summary>
    /// <exception cref="ServerFaultException">The reply does not fit the job.</exception>
    public Generation[] Read(RolloutJob job, ServerReply reply)
    {
        if (reply.Samples.Count != job.Samples)
        {
            throw new ServerFaultException($"it returned {reply.Samples.Count} samples instead of {job.Samples}");
        }
        CheckPrompt(job, reply);
        return [.. reply.Samples.Select(sample => Read(sample, job.MaxTokens))];
    }

    // A different count means that the server resizes or expands images differently. A kept prefix that was sent as
    // text is exempt, because the server may split it into other tokens.
    private static void CheckPrompt(RolloutJob job, ServerReply reply)
    {
        if (reply.PromptTokens is int read
            && read != job.Prompt.ExpandedLength
            && job.Prompt.Chat is not { ContinuesFinal: true })
        {
            throw new ServerFaultException(
                $"it read a prompt of {job.Prompt.ExpandedLength} tokens as {read}; it should have the same chat "
                + "template, and bounds on images that hold model.max_pixels")
            {
                Refused = true,
            };
        }
    }

    private Generation Read(ReportedSample sample, int maxTokens)
    {
        (int[] tokens, float[]? logProbs) = sample.Tokens is null
            ? (Encode(sample, maxTokens), null)
            : (sample.Tokens, sample.LogProbs);
        if (tokens.Length > maxTokens)
        {
            throw new ServerFaultException($"it returned {tokens.Length} tokens where at most {maxTokens} were asked for");
        }
        if (sample.Stopped && !IsStop(tokens.LastOrDefault(-1)))
        {
            // Some servers leave the stop token out, so its log-probability is unknown.
            (tokens, logProbs) = ([.. tokens, _endOfTurn], null);
        }
        int first = Array.FindIndex(tokens, IsStop);
        if (tokens.Length == 0)
        {
            throw new ServerFaultException("it returned an empty sample that had not come to its end");
        }
        if (first >= 0 && first < tokens.Length - 1)
        {
            throw new ServerFaultException("it went on after the token that ends a response");
        }
        if (Array.Exists(tokens, id => id < 0 || id >= config.Text.VocabularySize))
        {
            throw new ServerFaultException("it returned a token that the model does not have");
        }
        if (Array.FindIndex(tokens, config.Tokens.NeverSampled.Contains) is >= 0 and int banned)
        {
            throw new ServerFaultException(
                $"it returned the token {tokens[banned]}, which stands for images, videos or padding and is never a "
                + "response's; it should take logit_bias")
            {
                Refused = true, // The same seed gives the same sample.
            };
        }
        if (logProbs is not null && (logProbs.Length != tokens.Length || !Array.TrueForAll(logProbs, IsLogProb)))
        {
            throw new ServerFaultException("it returned log-probabilities that do not fit its tokens");
        }
        return new Generation(tokens, [], [], [], first >= 0) { ServerLogProbs = logProbs };
    }

    private int[] Encode(ReportedSample sample, int maxTokens)
    {
        if (sample.Text is not string text)
        {
            throw new ServerFaultException("it returned neither the tokens of a sample nor its text");
        }
        // Checked before encoding. No token has more characters than bytes.
        if (text.Length > (long)maxTokens * _longestToken)
        {
            throw new ServerFaultException(
                $"it returned {text.Length} characters where at most {maxTokens} tokens were asked for");
        }
        int[] tokens = tokenizer.Encode(text);
        int end = Array.FindIndex(tokens, IsStop);
        return tokens[..Math.Min(end < 0 ? tokens.Length : end, maxTokens)];
    }

    private bool IsStop(int id) => config.Tokens.Stops.Contains(id);

    // Rounding may give values slightly above 0.
    private static bool IsLogProb(float value) => float.IsFinite(value) && value < 1e-3f;
}
