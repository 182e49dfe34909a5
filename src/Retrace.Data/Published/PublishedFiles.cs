namespace Retrace.Data.Published;

/// <summary>The files of a data set in one of the forms in which its authors publish it.</summary>
/// <param name="Pattern">Their names, with * for any characters; they may lie anywhere below a folder.</param>
/// <param name="Count">How many there are; null: one or more.</param>
/// <param name="Address">Where they are published.</param>
/// <param name="Fetch">A command that fetches them into the folder DIR.</param>
public sealed record PublishedFiles(string Pattern, int? Count, string Address, string Fetch)
{
    /// <summary>Files of a data set on the Hugging Face hub.</summary>
    /// <param name="repository">Owner and name.</param>
    /// <param name="folder">Theirs in the repository, with a trailing slash; perhaps empty.</param>
    /// <param name="pattern">Their names.</param>
    /// <param name="count">How many there are.</param>
    internal static PublishedFiles OnHub(string repository, string folder, string pattern, int? count = 1) => new(
        pattern,
        count,
        $"https://huggingface.co/datasets/{repository}",
        $"hf download {repository} --repo-type dataset --include \"{folder}{pattern}\" --local-dir DIR");

    /// <summary>Files in a repository on GitHub, images in folders beside them.</summary>
    /// <param name="repository">Owner and name.</param>
    /// <param name="pattern">Their names.</param>
    /// <param name="count">How many there are.</param>
    internal static PublishedFiles OnGitHub(string repository, string pattern, int? count = 1) => new(
        pattern, count, $"https://github.com/{repository}", $"git clone https://github.com/{repository} DIR");
}
