using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Retrace.Files;
using Retrace.Reporting.Html;
using Retrace.Reporting.Pictures;

namespace Retrace.Reporting.Simulations;

/// <summary>
/// The files of a simulation: NAME.csv with the numbers, NAME.html, and each figure as NAME-FIGURE.svg.
/// </summary>
internal static class SimulationFiles
{
    /// <param name="directory">Created if it does not exist.</param>
    /// <param name="name">What the files' names begin with.</param>
    /// <param name="heading">Names of the columns.</param>
    /// <param name="rows">Values; text with a comma in quotes.</param>
    /// <param name="page">The HTML page.</param>
    /// <param name="figures">The figures, by the ends of their files' names.</param>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public static void Write(
        string directory,
        string name,
        string heading,
        IEnumerable<IEnumerable<object>> rows,
        XElement page,
        IEnumerable<(string Name, LineFigure Figure)> figures)
    {
        AtomicFile.Write(Path.Combine(directory, $"{name}.csv"), stream =>
        {
            using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            writer.WriteLine(heading);
            foreach (IEnumerable<object> row in rows)
            {
                writer.WriteLine(string.Join(',', row.Select(value =>
                    Convert.ToString(value, CultureInfo.InvariantCulture))));
            }
        });
        foreach ((string figureName, LineFigure figure) in figures)
        {
            FigureFiles.WriteSvg(
                figure.Draw(figureName), Path.Combine(directory, $"{name}-{figureName}.svg"));
        }
        HtmlPage.Write(page, Path.Combine(directory, $"{name}.html"));
    }
}
