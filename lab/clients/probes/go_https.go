// One HTTPS GET by Go's net/http. The settings come as JSON in the first argument, the answer goes out as one line of JSON.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"time"
)

// The fields of tls.Config, by their own names; RootCAs is the name of a PEM file, empty: the system's.
type config struct {
	RootCAs            string
	Certificate        string // the names of the files of Certificates, empty: none
	Key                string
	InsecureSkipVerify bool
	ServerName         string
	MinVersion         uint16
	MaxVersion         uint16
}

type given struct {
	URL    string
	Config *config
	Clock  int64 // seconds ahead of the right time
	Host   string
}

type answer struct {
	Connected  bool   `json:"connected"`
	Text       string `json:"text"`
	Code       string `json:"code"`
	Encrypted  *bool  `json:"encrypted"`
	TLSVersion string `json:"tls_version"`
}

// tls.VersionName came with Go 1.21, and has a blank in its names.
var versions = map[uint16]string{
	tls.VersionTLS10: "TLSv1", tls.VersionTLS11: "TLSv1.1", tls.VersionTLS12: "TLSv1.2", tls.VersionTLS13: "TLSv1.3",
}

func main() {
	if os.Args[1] == "version" {
		fmt.Println(runtime.Version())
		return
	}
	var wanted given
	must(json.Unmarshal([]byte(os.Args[1]), &wanted))
	made, err := client(wanted)
	if err != nil { // of the file of RootCAs
		must(json.NewEncoder(os.Stdout).Encode(answer{Text: err.Error(), Code: kind(err)}))
		return
	}
	must(json.NewEncoder(os.Stdout).Encode(get(made, wanted)))
}

// What goes wrong in the probe itself must not pass for a refusal: it ends without an answer.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Without settings it is the client of http.Get: system roots, and nothing told.
func client(wanted given) (*http.Client, error) {
	if wanted.Config == nil && wanted.Clock == 0 {
		return http.DefaultClient, nil
	}
	made := &tls.Config{}
	if told := wanted.Config; told != nil {
		if told.RootCAs != "" {
			roots, err := pool(told.RootCAs)
			if err != nil {
				return nil, err
			}
			made.RootCAs = roots
		}
		if told.Certificate != "" {
			pair, err := tls.LoadX509KeyPair(told.Certificate, told.Key)
			must(err)
			made.Certificates = []tls.Certificate{pair}
		}
		made.InsecureSkipVerify = told.InsecureSkipVerify
		made.ServerName = told.ServerName
		made.MinVersion = told.MinVersion
		made.MaxVersion = told.MaxVersion
	}
	if wanted.Clock != 0 {
		made.Time = func() time.Time { return time.Now().Add(time.Duration(wanted.Clock) * time.Second) }
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = made
	return &http.Client{Transport: transport}, nil
}

// What AppendCertsFromPEM returns is not looked at, as in most programs: a file without certificates is an empty pool.
func pool(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	made := x509.NewCertPool()
	made.AppendCertsFromPEM(pem)
	return made, nil
}

func get(client *http.Client, wanted given) answer {
	request, err := http.NewRequest(http.MethodGet, wanted.URL, nil)
	must(err)
	request.Host = wanted.Host // empty: that of the URL
	response, err := client.Do(request)
	if err == nil {
		defer response.Body.Close()
		_, err = io.Copy(io.Discard, response.Body)
	}
	if err != nil {
		return answer{Text: err.Error(), Code: kind(err)}
	}
	encrypted := response.TLS != nil
	made := answer{Connected: response.StatusCode == http.StatusOK, Text: "HTTP " + response.Status, Encrypted: &encrypted}
	if encrypted {
		made.TLSVersion = versions[response.TLS.Version]
	}
	return made
}

// The type of the error behind all the others, by which programs tell one from another: x509.HostnameError.
func kind(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return fmt.Sprintf("%T", err)
}
