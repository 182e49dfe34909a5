using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>
/// A network whose weights follow the policy's slowly: θ′ ← (1 − α)·θ′ + α·θ after each step, with α going from 0.01 to
/// 1e-5 over the run as half a cosine does.
/// </summary>
/// <remarks>
/// Source: Zhang et al. 2025, "Co-rewarding" (arXiv 2508.00410), with the numbers of its release. Only what
/// trains is averaged: with LoRA the adapter. The averages are kept in fp32, as steps of α are lost in bf16.
/// </remarks>
public sealed class AveragedTeacher : IDisposable
{
    private const double FirstRate = 0.01;
    private const double LastRate = 1e-5;
    private const string Prefix = "teacher.";

    private readonly VisionLanguageNetwork _policy;
    private readonly List<(string Name, Tensor Average)> _averages = []; // fp32; the network's own tensors where it is.

    /// <param name="network">A copy of the policy with tensors of its own, which this changes. Not disposed here.</param>
    /// <param name="policy">The policy; its parameters say which of them are trained.</param>
    public AveragedTeacher(VisionLanguageNetwork network, VisionLanguageNetwork policy)
    {
        Network = network;
        _policy = policy;
        foreach (string name in policy.Parameters.Names.Where(name => policy.Parameters[name].requires_grad))
        {
            Tensor own = network.Parameters[name];
            _averages.Add((
                name,
                own.dtype == ScalarType.Float32 ? own : own.to(ScalarType.Float32).DetachFromDisposeScope()));
        }
    }

    /// <summary>The teacher.</summary>
    public VisionLanguageNetwork Network { get; }

    /// <summary>The averages by names for a checkpoint's tensors.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State =>
        _averages.Select(average => (Prefix + average.Name, average.Average));

    /// <summary>Bytes of a teacher and its averages.</summary>
    /// <param name="parameters">The policy's.</param>
    /// <param name="own">How many values the teacher has of its own.</param>
    public static long BytesOf(Parameters parameters, long own) =>
        (own * parameters.ElementSize)
        + (parameters.ElementSize == sizeof(float) ? 0 : parameters.TrainedCount * sizeof(float));

    /// <summary>α after a step.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="steps">Number of steps in the whole run.</param>
    public static double RateAfter(int step, int steps) =>
        LastRate + ((FirstRate - LastRate) * (1 + Math.Cos(Math.PI * (step - 1) / steps)) / 2);

    /// <summary>Takes the teacher a step towards the policy.</summary>
    /// <inheritdoc cref="RateAfter"/>
    public void Follow(int step, int steps)
    {
        using var noGrad = no_grad();
        using Scalar rate = RateAfter(step, steps);
        foreach ((string name, Tensor average) in _averages)
        {
            using DisposeScope scope = NewDisposeScope();
            average.add_(_policy.Parameters[name].to(ScalarType.Float32).sub(average), rate);
        }
        UseAverages();
    }

    /// <summary>Gives the network the averages, after they have been read from a checkpoint.</summary>
    public void UseAverages()
    {
        using var noGrad = no_grad();
        foreach ((string name, Tensor average) in _averages)
        {
            if (!ReferenceEquals(average, Network.Parameters[name]))
            {
                Network.Parameters[name].copy_(average);
            }
        }
    }

    public void Dispose()
    {
        foreach ((string name, Tensor average) in _averages)
        {
            if (!ReferenceEquals(average, Network.Parameters[name]))
            {
                average.Dispose();
            }
        }
    }
}
