using System.Text.Json.Serialization;
using Parquet;
using Parquet.Serialization;

namespace Retrace.Data.Tests.Benchmarks;

/// <summary>Rows of the true schemas of published Parquet files; property names are column names.</summary>
internal static class PublishedParquet
{
    public static async Task WriteAsync<T>(string path, int? rowGroup, params IEnumerable<T> rows)
        where T : class, new()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using FileStream stream = File.Create(path);
        ParquetOptions options = rowGroup is int size ? new() { RowGroupSize = size } : new();
        await ParquetSerializer.SerializeAsync(rows, stream, options);
    }
}

internal sealed class StoredImage
{
    public byte[]? bytes { get; set; }

    public string? path { get; set; }
}

/// <summary>MathLLMs/MathVision.</summary>
internal sealed class MathVisionRow
{
    public string? id { get; set; }

    public string? question { get; set; }

    public List<string>? options { get; set; }

    public string? image { get; set; }

    public StoredImage? decoded_image { get; set; }

    public string? answer { get; set; }

    public string? solution { get; set; }

    public long level { get; set; }

    public string? subject { get; set; }
}

/// <summary>AI4Math/MathVista.</summary>
internal sealed class MathVistaRow
{
    public string? pid { get; set; }

    public string? question { get; set; }

    public string? image { get; set; }

    public StoredImage? decoded_image { get; set; }

    public List<string>? choices { get; set; }

    public string? unit { get; set; }

    public double? precision { get; set; }

    public string? answer { get; set; }

    public string? question_type { get; set; }

    public string? answer_type { get; set; }

    public MathVistaMetadata? metadata { get; set; }

    public string? query { get; set; }
}

internal sealed class MathVistaMetadata
{
    public string? category { get; set; }

    public string? context { get; set; }

    public string? grade { get; set; }

    public long img_height { get; set; }

    public long img_width { get; set; }

    public string? language { get; set; }

    public List<string>? skills { get; set; }

    public string? source { get; set; }

    public string? split { get; set; }

    public string? task { get; set; }
}

/// <summary>AI4Math/MathVerse.</summary>
internal sealed class MathVerseRow
{
    public string? sample_index { get; set; }

    public string? problem_index { get; set; }

    public string? problem_version { get; set; }

    public string? question { get; set; }

    public StoredImage? image { get; set; }

    public string? answer { get; set; }

    public string? question_type { get; set; }

    public MathVerseMetadata? metadata { get; set; }

    public string? query_wo { get; set; }

    public string? query_cot { get; set; }

    public string? question_for_eval { get; set; }
}

internal sealed class MathVerseMetadata
{
    public string? split { get; set; }

    public string? source { get; set; }

    public string? subject { get; set; }

    public string? subfield { get; set; }
}

/// <summary>We-Math/We-Math on the hub.</summary>
internal sealed class WeMathRow
{
    public string? ID { get; set; }

    public string? split { get; set; }

    [JsonPropertyName("knowledge concept")]
    public string? concept { get; set; }

    public string? question { get; set; }

    public string? option { get; set; }

    public string? answer { get; set; }

    public StoredImage? image_path { get; set; }

    public string? key { get; set; }

    [JsonPropertyName("question number")]
    public long number { get; set; }
}

/// <summary>DynaMath/DynaMath_Sample.</summary>
internal sealed class DynaMathRow
{
    public string? id { get; set; }

    public string? question { get; set; }

    public string? image { get; set; }

    public StoredImage? decoded_image { get; set; }

    public string? ground_truth { get; set; }

    public string? answer_type { get; set; }

    public string? subject { get; set; }

    public string? knowledge_level { get; set; }
}

/// <summary>MMMU/MMMU.</summary>
internal sealed class MmmuRow
{
    public string? id { get; set; }

    public string? question { get; set; }

    public string? options { get; set; }

    public string? explanation { get; set; }

    public StoredImage? image_1 { get; set; }

    public StoredImage? image_2 { get; set; }

    public StoredImage? image_3 { get; set; }

    public StoredImage? image_4 { get; set; }

    public StoredImage? image_5 { get; set; }

    public StoredImage? image_6 { get; set; }

    public StoredImage? image_7 { get; set; }

    public string? img_type { get; set; }

    public string? answer { get; set; }

    public string? topic_difficulty { get; set; }

    public string? question_type { get; set; }

    public string? subfield { get; set; }
}

/// <summary>EasyR1's Geometry3K, and MMR1.</summary>
internal sealed class EasyRow
{
    public List<StoredImage>? images { get; set; }

    public string? problem { get; set; }

    public string? answer { get; set; }
}
