using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// One matrix of each expert, all in one tensor, and what an adapter adds to their products. The backward pass is written
/// out: it adds gradients where they belong, without one of them in between.
/// </summary>
internal sealed class ExpertMatrices
{
    // For a few dozen tokens MKL takes 1.5 to 1.7 times as long for the sum over all rows of a matrix as for the sum over
    // parts of them, where a row's length is a large power of two: then the rows share few places of the cache
    // (docs/performance.md).
    private const long RowsAtOnce = 128;
    private const long MostTokensInParts = 256;
    private const long CriticalLength = 512;

    private readonly Parameters _parameters;
    private readonly string _name;
    private readonly ExpertUpdate? _update;

    /// <param name="parameters">Where the matrices are declared, and an adapter's factors.</param>
    /// <param name="name">The full name of the matrices.</param>
    /// <param name="experts">E</param>
    /// <param name="inSize">The last axis of x.</param>
    /// <param name="outSize">The last axis of y.</param>
    public ExpertMatrices(Parameters parameters, string name, int experts, int inSize, int outSize)
    {
        _parameters = parameters;
        _name = name;
        Weight = parameters.Declare(name, experts, outSize, inSize);
        _update = parameters.Adapter?.CoverExperts(parameters, name, experts, inSize, outSize);
    }

    /// <summary>The matrices. [E, out, in]</summary>
    public Tensor Weight { get; }

    /// <summary>Whether gradients go to the matrices or to an adapter's factors.</summary>
    public bool IsTrained => Weight.requires_grad || _update is { IsTrained: true };

    /// <summary>An adapter's A and B, in <see cref="ExpertUpdate"/>'s form, or what stands for none.</summary>
    public Tensor[] Factors =>
        _update is null ? [DecodingStep.None, DecodingStep.None] : [_update.A, _update.B];

    /// <summary>Multiplies tokens with their expert's matrix: [n, in] → [n, out].</summary>
    public Tensor Forward(Tensor x, int expert)
    {
        Tensor y = nn.functional.linear(x, Weight.select(0, expert));
        _update?.AddTo(y, x, expert);
        return y;
    }

    /// <summary>
    /// Makes room for the gradient of the matrices, where they are trained and have none. Only the parts of experts without
    /// tokens are written, with zeros.
    /// </summary>
    /// <param name="counts">Tokens of each expert. [E]</param>
    /// <returns>What a gradient that is there has to be multiplied by: 0 where this made the room, 1 where it is one.</returns>
    public float BeginGradient(long[] counts)
    {
        if (!Weight.requires_grad || Weight.grad is not null)
        {
            return 1;
        }
        Tensor room = _parameters.GradientRoom(_name);
        for (int expert = 0; expert < counts.Length; expert++)
        {
            if (counts[expert] == 0)
            {
                room.select(0, expert).zero_();
            }
        }
        Weight.grad = room;
        return 0;
    }

    /// <summary>Takes a gradient through the product with an expert's matrix: [n, out] → [n, in].</summary>
    public Tensor Backward(Tensor gradient, int expert)
    {
        Tensor ofX = Product(gradient, Weight.select(0, expert));
        _update?.AddBackward(ofX, gradient, expert);
        return ofX;
    }

    // [n, out] and [out, in] → [n, in]
    private static Tensor Product(Tensor x, Tensor matrix)
    {
        long rows = matrix.shape[0];
        long atOnce = GainsInParts(x, matrix) ? RowsAtOnce : rows;
        Tensor y = x.narrow(1, 0, Math.Min(atOnce, rows)).mm(matrix.narrow(0, 0, Math.Min(atOnce, rows)));
        for (long first = atOnce; first < rows; first += atOnce)
        {
            long count = Math.Min(atOnce, rows - first);
            y.addmm_(x.narrow(1, first, count), matrix.narrow(0, first, count));
        }
        return y;
    }

    private static bool GainsInParts(Tensor x, Tensor matrix) =>
        x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32
        && x.shape[0] <= MostTokensInParts && matrix.shape[1] % CriticalLength == 0;

    /// <summary>Adds the gradients of what is trained of an expert's matrix and an adapter's factors to theirs.</summary>
    /// <param name="x">What was multiplied. [n, in]</param>
    /// <param name="gradient">Of the product. [n, out]</param>
    /// <param name="carried">What <see cref="BeginGradient"/> gave.</param>
    public void AddGradients(Tensor x, Tensor gradient, int expert, float carried)
    {
        if (Weight.requires_grad)
        {
            Weight.grad!.select(0, expert).addmm_(gradient.t(), x, beta: carried);
        }
        if (_update is { IsTrained: true })
        {
            _update.AddGradients(x, gradient, expert);
        }
    }
}
