using System.Diagnostics;
using Retrace.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.SelfTest;

/// <summary>Whether a device computes what it should, and how fast: <c>retrace selftest</c>.</summary>
/// <param name="device">The device.</param>
/// <param name="quick">One variant of each family, and speeds of a tiny model.</param>
/// <param name="joinExchange">How this program is started so that it calls <see cref="Exchange.Join"/>.</param>
public sealed class DeviceTest(Device device, bool quick, IReadOnlyList<string> joinExchange)
{
    /// <summary>Runs all checks; one that ends in an error has failed.</summary>
    /// <exception cref="OperationCanceledException">The test was cancelled.</exception>
    public IEnumerable<Finding> Run(CancellationToken cancellation)
    {
        foreach (Finding fact in MachineFacts.Of(device))
        {
            yield return fact;
        }
        foreach ((string name, Func<IEnumerable<Finding>> check) in Checks())
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            Finding[] found;
            try
            {
                found = [.. check()];
            }
            catch (Exception error) when (error is not OperationCanceledException) // Whatever a device's libraries do.
            {
                found = [new Finding(name, Outcome.Fail, error.Message.Split('\n')[0].Trim())];
            }
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds / found.Length;
            foreach (Finding finding in found)
            {
                yield return finding with { Seconds = seconds };
            }
        }
    }

    private IEnumerable<(string Name, Func<IEnumerable<Finding>> Check)> Checks()
    {
        ReferenceCheckpoint[] references =
            [.. ModelFamilies.All.Where(ReferenceCheckpoint.Has).Select(ReferenceCheckpoint.Of)];
        foreach (ReferenceCheckpoint reference in references)
        {
            string family = reference.Family.ModelType;
            foreach (string variant in reference.Variants.Keys.Take(quick ? 1 : int.MaxValue))
            {
                var parity = new ParityChecks(reference, variant, device);
                string name = $"{family}/{variant}";
                yield return ($"{name} values", () => [parity.Values()]);
                yield return ($"{name} gradients", () =>
                    [parity.Gradients(recomputes: false), parity.Gradients(recomputes: true)]);
                yield return ($"{name} greedy tokens", () => [parity.Greedy()]);
                yield return ($"{name} values in bf16", () => [parity.NarrowValues()]);
            }
            var learning = new LearningChecks(reference, device);
            yield return ($"{family} ratio of learning to rollout", () => [learning.Ratio()]);
            yield return ($"{family} gradient and slope", () => [learning.Slope(adapts: false)]);
            if (!quick || reference == references[0])
            {
                yield return ($"{family} gradient of LoRA and slope", () => [learning.Slope(adapts: true)]);
                yield return ($"{family} LoRA", () => [learning.Adapter()]);
                yield return ($"{family} dropout of LoRA", () => [DropoutCheck.Run(reference, device)]);
                yield return ($"{family} resumed and unbroken", () => [learning.Resume()]);
            }
        }
        foreach ((double temperature, double topP) in ((double, double)[])[(1, 1), (0.7, 1), (1, 0.9)])
        {
            yield return ($"sampler, temperature {temperature}, top-p {topP}", () =>
                [SamplerCheck.Run(temperature, topP, device)]);
        }
        yield return ("exchange between two processes", () => [Exchange.Run(device, joinExchange)]);
        yield return ("decoding speed", () => new DecodingSpeed(device, quick).Run());
    }
}
