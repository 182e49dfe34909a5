using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Testing;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

/// <summary>With one process, whose part of each bucket is all of it; several are in Retrace.EndToEnd.Tests.</summary>
public sealed class ShardedTrainingTests
{
    private const int BucketSize = 1000; // Of some 40 000 elements.
    private const double LearningRate = 1e-3;

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Buckets_go_out_during_the_backward_pass_and_are_complete(bool tied, bool recompute)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork plain = SmallModel.Create(tied);
        using VisionLanguageNetwork model = SmallModel.Create(tied);
        model.RecomputesActivations = recompute;
        plain.Parameters.Train(_ => true);
        model.Parameters.Train(_ => true);
        using var optimizer = new AdamW(plain.Parameters, weightDecay: 0.1);
        var processes = new CountingGroup();
        using var sharded = new ShardedTraining(processes, model.Parameters, BucketSize);
        using var shardedOptimizer = new AdamW(sharded.Parts, model.Parameters, weightDecay: 0.1, offload: false);

        for (int step = 0; step < 3; step++)
        {
            LossOf(plain).backward();
            model.BlockDifferentiated = null;
            LossOf(model).backward(); // Two micro-batches: only the second may send.
            LossOf(plain).backward();
            model.BlockDifferentiated = sharded.SendCompleted;
            int before = processes.Submitted;
            LossOf(model).backward();
            int during = processes.Submitted - before;
            sharded.Complete();
            int all = processes.Submitted - before;
            Assert.InRange(during, all / 2, all - 1); // All but the last: the first layers' weights.

            Close.Relative(optimizer.ClipGradients(1), shardedOptimizer.ClipGradients(1), 1e-5);
            optimizer.Update(LearningRate);
            shardedOptimizer.Update(LearningRate);
            sharded.ShareWeights();
        }

        // Within a hundredth of a step. Adam divides a gradient by its own size, and that of a key's bias, which changes
        // no attention, is nothing but rounding.
        Assert.All(plain.Parameters.Names, name => Assert.True(
            (plain.Parameters[name] - model.Parameters[name]).abs().max().item<float>() < 0.01 * LearningRate, name));
    }

    [Fact]
    public void The_state_is_stored_as_that_of_one_process()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork plain = SmallModel.Create();
        using VisionLanguageNetwork model = SmallModel.Create();
        plain.Parameters.Train(_ => true);
        model.Parameters.Train(_ => true);
        using var optimizer = new AdamW(plain.Parameters, weightDecay: 0);
        using var sharded = new ShardedTraining(new SingleProcess(), model.Parameters, BucketSize);
        using var shardedOptimizer = new AdamW(sharded.Parts, model.Parameters, weightDecay: 0, offload: false);
        LossOf(plain).backward();
        optimizer.Update(LearningRate);
        LossOf(model).backward();
        sharded.Complete();
        shardedOptimizer.Update(LearningRate);

        var stored = sharded.StateToStore(shardedOptimizer);

        Assert.Equal(optimizer.State.Select(state => state.Name), stored.Select(tensor => tensor.Name));
        foreach (((string name, Tensor expected), var tensor) in optimizer.State.Zip(stored))
        {
            Assert.Equal(expected.shape, tensor.Shape);
            Close.Relative(expected, tensor.Values(), 1e-5, name);
        }
    }

    private static Tensor LossOf(VisionLanguageNetwork model)
    {
        ProcessedImage image = SmallModel.Image(4, 6, 1);
        int[] prompt = [3, .. Enumerable.Repeat(SmallModel.ImagePad, 6), 4, 11, 12];
        return PromptedResponse.Predict(model, [new PromptedResponse(prompt, [9, 20, 31], [image])]).LogProbs.sum();
    }

    private sealed class CountingGroup : IProcessGroup
    {
        private readonly SingleProcess _inner = new();

        public int Submitted { get; private set; }

        public int Rank => _inner.Rank;

        public int Size => _inner.Size;

        public int LocalRank => _inner.LocalRank;

        public int LocalSize => _inner.LocalSize;

        public Task Submit(Action work)
        {
            Submitted++;
            return _inner.Submit(work);
        }

        public byte[][] GatherAll(byte[] message) => _inner.GatherAll(message);

        public void SumScatter(Tensor whole, Tensor part) => _inner.SumScatter(whole, part);

        public void GatherAll(Tensor part, Tensor whole) => _inner.GatherAll(part, whole);

        public void Send(Tensor values, int to) => _inner.Send(values, to);

        public void Receive(Tensor values, int from) => _inner.Receive(values, from);

        public void Leave() => _inner.Leave();

        public void Dispose() => _inner.Dispose();
    }
}
