using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.SelfTest;

/// <summary>
/// Whether an adapter drops the same inputs in every pass of a name, others in one of another name, and none outside: random
/// numbers on a GPU come another way than on the host.
/// </summary>
internal static class DropoutCheck
{
    public static Finding Run(ReferenceCheckpoint reference, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = reference.Create("tied", ScalarType.Float32, device);
        using VisionLanguageNetwork adapted = reference.Adapted(
            model, new LoraSettings(Rank: 2, Alpha: 4, LoraSettings.DecoderLayers, Dropout: 0.3));
        ProcessedImage[] images = reference.Images(model.Config);
        PromptedResponse[] responses =
        [
            .. reference.Sequences.Select(
                one => new PromptedResponse(one.Prompt, one.Response, [.. one.Images.Select(i => images[i])])),
        ];
        float[] first = During(5);
        List<string> faults = [];
        if (!During(5).SequenceEqual(first))
        {
            faults.Add("a pass of the same name drops other inputs");
        }
        if (During(6).SequenceEqual(first))
        {
            faults.Add("a pass of another name drops the same inputs");
        }
        if (LogProbs().SequenceEqual(first) || !LogProbs().SequenceEqual(LogProbs()))
        {
            faults.Add("inputs are dropped outside of passes, or never");
        }
        return new Finding(
            $"{reference.Family.ModelType} dropout of LoRA",
            faults.Count == 0 ? Outcome.Pass : Outcome.Fail,
            faults.Count == 0 ? "follows from the pass" : string.Join("; ", faults));

        float[] During(long pass)
        {
            using IDisposable dropping = adapted.Adapter!.Dropout.During(pass);
            return LogProbs();
        }

        float[] LogProbs() =>
            [.. PromptedResponse.LogProbs(adapted, responses, maxTokens: 400, temperature: 1, default).SelectMany(one => one)];
    }
}
