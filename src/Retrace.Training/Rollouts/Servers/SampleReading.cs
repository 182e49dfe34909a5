using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>Makes generations of what servers report, and does not believe what cannot be.</summary>
internal sealed class SampleReading(Tokenizer tokenizer, ModelConfig config)
{
    private readonly int _longestToken =
        Enumerable.Range(0, tokenizer.VocabularySize).Max(id => tokenizer.TokenBytes(id).Length);

    // Where a checkpoint names several stop tokens, in whatever order, the one that its chat template puts there.
    private readonly int _endOfTurn =
        tokenizer.IdOf(config.Family.Chat.EndOfTurn) is int id && config.Tokens.Stops.Contains(id)
            ? id
            : config.Tokens.EndOfTurn;

    /// <summary>
    /// The samples, with the server's log-probabilities as <see cref="Generation.DrawnLogProbs"/> and nothing measured.
    /// </summary>
    /// <exception cref="ServerFaultException">The reply is none to this job.</exception>
    public Generation[] Read(RolloutJob job, ServerReply reply)
    {
        if (reply.Samples.Count != job.Samples)
        {
            throw new ServerFaultException($"it answered {reply.Samples.Count} samples instead of {job.Samples}");
        }
        CheckPrompt(job, reply);
        return [.. reply.Samples.Select(sample => Read(sample, job.MaxTokens))];
    }

    // An image that counts differently there was resized or expanded otherwise. A kept prefix that went out as text may
    // have been split into other tokens.
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

    private Generation Read(DrawnSample sample, int maxTokens)
    {
        (int[] tokens, float[]? logProbs) = sample.Tokens is null
            ? (Encode(sample, maxTokens), null)
            : (sample.Tokens, sample.LogProbs);
        if (sample.Stopped && !IsStop(tokens.LastOrDefault(-1)))
        {
            // Some servers leave the stop token out, and then nobody says how likely it was.
            (tokens, logProbs) = ([.. tokens, _endOfTurn], null);
        }
        int first = Array.FindIndex(tokens, IsStop);
        if (tokens.Length == 0 || tokens.Length > maxTokens + 1 || (first >= 0 && first < tokens.Length - 1))
        {
            throw new ServerFaultException(
                $"it answered {tokens.Length} tokens where at most {maxTokens} were asked for, or went on after the end");
        }
        if (Array.Exists(tokens, id => id < 0 || id >= config.Text.VocabularySize))
        {
            throw new ServerFaultException("it answered a token that the model does not have");
        }
        if (logProbs is not null && (logProbs.Length != tokens.Length || !Array.TrueForAll(logProbs, IsLogProb)))
        {
            throw new ServerFaultException("its log-probabilities are none of these tokens");
        }
        return new Generation(tokens, [], [], [], first >= 0) { DrawnLogProbs = logProbs };
    }

    private int[] Encode(DrawnSample sample, int maxTokens)
    {
        if (sample.Text is not string text)
        {
            throw new ServerFaultException("it answered neither the tokens of a sample nor its text");
        }
        // Before time is spent on it. No token has more characters than bytes.
        if (text.Length > (long)maxTokens * _longestToken)
        {
            throw new ServerFaultException(
                $"it answered {text.Length} characters where at most {maxTokens} tokens were asked for");
        }
        int[] tokens = tokenizer.Encode(text);
        int end = Array.FindIndex(tokens, IsStop);
        return tokens[..Math.Min(end < 0 ? tokens.Length : end, maxTokens)];
    }

    private bool IsStop(int id) => config.Tokens.Stops.Contains(id);

    // Rounding may leave a little above 0.
    private static bool IsLogProb(float value) => float.IsFinite(value) && value < 1e-3f;
}
