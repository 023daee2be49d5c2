// One connection to SQL Server by go-mssqldb. The request comes as JSON on standard input, the answer goes out as one line of
// JSON. With the argument "version" it says which driver and which Go it was built from.
package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
)

const driver = "github.com/microsoft/go-mssqldb"

type given struct {
	URL      string
	Question string
	Clock    int64 // seconds ahead of the right time
}

type answer struct {
	Connected bool   `json:"connected"`
	Text      string `json:"text"`
	Code      string `json:"code"`
	Encrypted *bool  `json:"encrypted"`
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "version" {
		fmt.Printf("go-mssqldb %s (%s)\n", version(), runtime.Version())
		return
	}
	var wanted given
	must(json.NewDecoder(os.Stdin).Decode(&wanted))
	must(json.NewEncoder(os.Stdout).Encode(ask(wanted)))
}

// What goes wrong in the probe itself must not pass for a refusal: it ends without an answer.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func version() string {
	built, _ := debug.ReadBuildInfo()
	for _, module := range built.Deps {
		if module.Path == driver && module.Replace == nil {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "local"
}

func ask(wanted given) answer {
	database, err := open(wanted)
	if err != nil {
		return answer{Text: err.Error(), Code: kind(err)}
	}
	defer database.Close()
	var encrypted string
	if err := database.QueryRow(wanted.Question).Scan(&encrypted); err != nil {
		return answer{Text: err.Error(), Code: kind(err)}
	}
	yes := encrypted == "TRUE"
	return answer{Connected: true, Encrypted: &yes}
}

// What sql.Open does, with another clock where one is asked for: tls.Config.Time has no parameter of its own.
func open(wanted given) (*sql.DB, error) {
	if wanted.Clock == 0 {
		return sql.Open("sqlserver", wanted.URL)
	}
	config, err := msdsn.Parse(wanted.URL)
	if err != nil {
		return nil, err
	}
	if config.TLSConfig != nil {
		config.TLSConfig.Time = func() time.Time { return time.Now().Add(time.Duration(wanted.Clock) * time.Second) }
	}
	return sql.OpenDB(mssql.NewConnectorConfig(config)), nil
}

// The type of the error behind all the others, by which programs tell one from another.
func kind(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return fmt.Sprintf("%T", err)
}
