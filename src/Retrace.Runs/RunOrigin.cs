using System.Text.Json.Serialization;

namespace Retrace.Runs;

/// <summary>What a run was started with, as its folder keeps it: <see cref="RunFolder.Origin"/>.</summary>
/// <remarks>
/// The file's values are those of the latest attempt. They differ from those of the first one by <see cref="Changes"/>
/// alone, each of which the user has allowed.
/// </remarks>
public sealed record RunOrigin
{
    /// <summary>The model to start from, which is also the reference policy.</summary>
    public required ModelOrigin Model { get; init; }

    /// <summary>The problems to train on.</summary>
    public required DataOrigin Data { get; init; }

    /// <summary>The version of Retrace.</summary>
    public required string Library { get; init; }

    /// <summary>The version of libtorch; null where it does not report one.</summary>
    [JsonPropertyName("libtorch")]
    public string? LibTorch { get; init; }

    /// <summary><c>cpu</c>, or <c>cuda</c> with the CUDA version of libtorch.</summary>
    public required string Device { get; init; }

    /// <summary>The processor's vector instructions, and the variables that restrict what is used of them.</summary>
    public required string InstructionSet { get; init; }

    /// <summary>CPU threads for tensor work. For information: a resumed run may have other ones.</summary>
    public int Threads { get; init; }

    /// <summary>What was changed when the run was resumed, in the order of the attempts.</summary>
    public IReadOnlyList<OriginChange> Changes { get; init; } = [];
}

/// <summary>The files of a model.</summary>
/// <param name="Path">The folder, a full path. It may move: the files are what counts.</param>
/// <param name="Files">
/// SHA-256 by file name; of weights that are large, of the header and samples of the content.
/// </param>
public sealed record ModelOrigin(string Path, IReadOnlyDictionary<string, string> Files);

/// <summary>The problems of a data set as they were read.</summary>
/// <param name="Path">The file or folder, a full path, or the name of a program's own source.</param>
/// <param name="Problems">The number of problems.</param>
/// <param name="Content">SHA-256 of all problems with their images and labels, whatever their order.</param>
/// <param name="Order">SHA-256 of the same in their order.</param>
public sealed record DataOrigin(string Path, int Problems, string Content, string Order);

/// <summary>A change that was allowed when a run was resumed.</summary>
/// <param name="AfterStep">The steps taken before the change.</param>
/// <param name="What">The name of an aspect (<see cref="RunAspects.NameOf"/>), or the key of a setting.</param>
/// <param name="From">What it was.</param>
/// <param name="To">What it is.</param>
public sealed record OriginChange(int AfterStep, string What, string From, string To);
